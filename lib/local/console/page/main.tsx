import { render } from 'preact';
import { CallList } from './call-list.tsx';
import { Detail } from './detail.tsx';
import { DialPad } from './dial-pad.tsx';
import { count } from './format.ts';
import { announcement, dropped, isLive, listen } from './live.ts';
import { ThemeChoice } from './theme.tsx';
import { Timeline } from './timeline.tsx';

function Page() {
  return (
    <>
      <header class="top">
        <h1>ari-eventbridge</h1>
        <span class={isLive.value ? 'state live' : 'state lost'} role="status">
          {isLive.value ? 'live' : 'disconnected; reconnecting'}
        </span>
        {dropped.value > 0 && <span class="quiet">the oldest {count(dropped.value, 'step')} are not kept</span>}
        <ThemeChoice />
      </header>
      <main>
        <div class="side">
          <DialPad />
          <CallList />
        </div>
        <Timeline />
        <Detail />
      </main>
      <div class="unseen" role="status" aria-live="polite">
        {announcement.value}
      </div>
    </>
  );
}

listen();
render(<Page />, document.getElementById('root') as HTMLElement);
