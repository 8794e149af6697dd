import { BEFORE_24 } from './generation.ts';
import { InvokeStore } from './invoke-store.ts';
import { type Handler, STREAMING } from './load-handler.ts';
import { HttpResponseStream } from './response-stream.ts';

export const invokeStore = new InvokeStore();

/** Sets the global `awslambda`. */
export function installGlobals(): void {
  if (/^(1|true)$/.test(process.env.AWS_LAMBDA_NODEJS_NO_GLOBAL_AWSLAMBDA ?? '')) return;
  Object.assign(globalThis, {
    awslambda: {
      ...(!BEFORE_24 && { InvokeStore: invokeStore }),
      streamifyResponse: (handler: Handler): Handler => Object.assign(handler, { [STREAMING]: 'response' }),
      HttpResponseStream,
    },
  });
}
