import { useEffect, useRef, useState } from 'preact/hooks';
import type { BusEvent } from '../../bus/index.ts';
import { sendEvent } from './api.ts';
import { announcement } from './live.ts';

let times = 0;

/** The parts of an event that can be changed. It gets a new id: handlers ignore an event that they have handled. */
function editable({ source, 'detail-type': type, resources, detail }: BusEvent): string {
  const metadata = detail.metadata as { id?: string } | undefined;
  times += 1;
  const changed =
    metadata?.id === undefined ? detail : { ...detail, metadata: { ...metadata, id: `${metadata.id}-again-${times}` } };
  return JSON.stringify({ source, 'detail-type': type, resources, detail: changed }, undefined, 2);
}

/** Edits an event and puts it on the bus again. */
export function Editor({ event, close }: { event: BusEvent; close: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [text, setText] = useState(() => editable(event));
  const [problem, setProblem] = useState('');
  useEffect(() => dialog.current?.showModal(), []);

  const send = async () => {
    try {
      await sendEvent(JSON.parse(text) as object);
      announcement.value = 'The event is on the bus';
      close();
    } catch (error) {
      setProblem(error instanceof SyntaxError ? `This is not JSON: ${error.message}` : (error as Error).message);
    }
  };
  return (
    <dialog ref={dialog} aria-labelledby="editor-title" onClose={close}>
      <h2 id="editor-title">Edit and send again</h2>
      <p class="quiet" id="editor-hint">
        <code>metadata.id</code> is new, so handlers treat this as a new event. With the old id it is a second delivery
        of the same event.
      </p>
      <textarea
        aria-label="Event, JSON"
        aria-describedby="editor-hint"
        spellcheck={false}
        value={text}
        onInput={({ currentTarget }) => setText(currentTarget.value)}
      />
      {problem !== '' && <p role="alert">{problem}</p>}
      <div class="actions">
        <button type="button" class="main" onClick={() => void send()}>
          Send
        </button>
        <button type="button" onClick={close}>
          Cancel
        </button>
      </div>
    </dialog>
  );
}
