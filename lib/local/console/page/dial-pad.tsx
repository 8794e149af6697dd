import { useState } from 'preact/hooks';
import type { PhoneCall } from '../../phone.ts';
import { answer, decline, dial, hangUp, press } from './api.ts';
import { announcement, phone, showCall } from './live.ts';

const KEYS = '123456789*0#';

/**
 * The other end of a simulated Asterisk's lines: places calls, answers or declines those to phones that apps call,
 * presses digits, and hangs up. Several calls can be active.
 */
export function DialPad() {
  const [name, setName] = useState('Alice');
  const [number, setNumber] = useState('1001');
  const [extension, setExtension] = useState('');
  const [chosen, setChosen] = useState('');
  const [problem, setProblem] = useState('');
  const state = phone.value;
  if (!state) return null;
  const { extensions, calls } = state;
  // A phone that begins to ring does not take the digits of the call in which the user presses them.
  const active = calls.find(({ channelId }) => channelId === chosen) ?? calls.findLast((each) => !rings(each));

  const attempt = async (action: () => Promise<unknown>) => {
    try {
      setProblem('');
      await action();
    } catch (error) {
      setProblem((error as Error).message);
    }
  };
  const call = () =>
    attempt(async () => {
      const to = extension || (extensions[0] as string);
      const { channelId } = await dial(to, name, number);
      setChosen(channelId);
      showCall(channelId);
      announcement.value = `${name} calls ${to}`;
    });
  const pressKey = (digit: string) => active && attempt(() => press(active.channelId, digit));

  return (
    <section class="phone" aria-labelledby="phone-title">
      <h2 id="phone-title">Place a call</h2>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void call();
        }}
      >
        <label>
          Caller
          <input value={name} required maxLength={80} onInput={({ currentTarget }) => setName(currentTarget.value)} />
        </label>
        <label>
          Number
          <input
            value={number}
            required
            maxLength={40}
            onInput={({ currentTarget }) => setNumber(currentTarget.value)}
          />
        </label>
        <label>
          Extension
          <select value={extension || extensions[0]} onInput={({ currentTarget }) => setExtension(currentTarget.value)}>
            {extensions.map((each) => (
              <option key={each}>{each}</option>
            ))}
          </select>
        </label>
        <button type="submit" class="main">
          Call
        </button>
      </form>
      {problem !== '' && <p role="alert">{problem}</p>}
      {calls.length > 0 && (
        <ul class="active" aria-label="Active calls">
          {calls.map((each) => (
            <ActiveCall
              key={each.channelId}
              call={each}
              isChosen={each === active}
              choose={() => {
                setChosen(each.channelId);
                showCall(each.call);
              }}
              attempt={(action) => void attempt(action)}
            />
          ))}
        </ul>
      )}
      {active && !rings(active) && (
        <fieldset
          class="keys"
          onKeyDown={({ key }) => {
            if (KEYS.includes(key)) void pressKey(key);
          }}
        >
          <legend>
            {active.name} presses <span class="quiet">(or type)</span>
          </legend>
          {[...KEYS].map((key) => (
            <button key={key} type="button" aria-label={`Press ${key}`} onClick={() => void pressKey(key)}>
              {key}
            </button>
          ))}
        </fieldset>
      )}
    </section>
  );
}

/** A phone that an app calls, and that has not answered. */
function rings({ state }: PhoneCall): boolean {
  return state === 'Ringing';
}

interface ActiveCallProps {
  call: PhoneCall;
  isChosen: boolean;
  choose: () => void;
  attempt: (action: () => Promise<unknown>) => void;
}

function ActiveCall({ call, isChosen, choose, attempt }: ActiveCallProps) {
  const { channelId, name, extension, state } = call;
  const title = extension === undefined ? name : `${name} → ${extension}`;
  const actions: [string, () => Promise<unknown>][] = rings(call)
    ? [
        ['Answer', () => answer(channelId)],
        ['Decline', () => decline(channelId, 21)],
        ['Busy', () => decline(channelId, 17)],
      ]
    : [['Hang up', () => hangUp(channelId)]];
  return (
    <li class={rings(call) ? 'ringing' : undefined}>
      <button type="button" class="link" aria-pressed={isChosen} onClick={choose}>
        {title} <span class="quiet">{state}</span>
      </button>
      {actions.map(([label, action]) => (
        <button key={label} type="button" aria-label={`${label} ${title}`} onClick={() => attempt(action)}>
          {label}
        </button>
      ))}
    </li>
  );
}
