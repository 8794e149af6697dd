import { Writable } from 'node:stream';
import { RuntimeError } from './errors.ts';

/** What a streaming handler writes to. The host receives it as a whole. */
export class ResponseStream extends Writable {
  contentType = 'application/octet-stream';
  readonly #chunks: Buffer[] = [];
  #begun = false;
  /** Set by `HttpResponseStream.from`. */
  _onBeforeFirstWrite: ((write: (chunk: string | Uint8Array) => unknown) => void) | undefined;

  /** All that was written. */
  get body(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  setContentType(contentType: string): void {
    if (this.#begun) throw new RuntimeError('InvalidStreamingOperation', 'Cannot set content-type, too late.');
    this.contentType = contentType;
  }

  /** Also takes objects, which are written as JSON. */
  override write(chunk: unknown, ...rest: unknown[]): boolean {
    if (!this.#begun) this._onBeforeFirstWrite?.((first) => super.write(first));
    this.#begun = true;
    const isBytes = typeof chunk === 'string' || chunk instanceof Uint8Array;
    return super.write(isBytes ? chunk : JSON.stringify(chunk), ...(rest as []));
  }

  override _write(chunk: Buffer, _: BufferEncoding, written: () => void): void {
    this.#chunks.push(chunk);
    written();
  }
}

/** `awslambda.HttpResponseStream`: puts status and headers before the response, for function URLs. */
export const HttpResponseStream = {
  from(stream: ResponseStream, prelude: unknown): ResponseStream {
    stream.setContentType('application/vnd.awslambda.http-integration-response');
    const head = JSON.stringify(prelude);
    stream._onBeforeFirstWrite = (write) => {
      write(head);
      write(new Uint8Array(8));
    };
    return stream;
  },
};
