import type { Case } from '../recording.ts';

const streams = (name: string, body: string, more: Partial<Case> = {}): Case => ({
  name: `streams ${name}`,
  files: {
    'index.mjs': `export const handler = awslambda.streamifyResponse(async (event, stream, context) => { ${body} });`,
  },
  ...more,
});

/** Response streaming. */
export const STREAMING: Case[] = [
  streams('texts', 'stream.write("a"); stream.write("ü"); stream.end("z");', { events: [{}, {}] }),
  streams('nothing', 'stream.end();'),
  streams('bytes', 'stream.write(Buffer.from([0, 255, 10])); stream.write(new Uint8Array([1, 2])); stream.end();'),
  streams('objects', 'stream.write({ a: 1 }); stream.write([1]); stream.end();'),
  streams('a content type', 'stream.setContentType("text/plain"); stream.write("x"); stream.end();'),
  streams(
    'a content type that comes too late',
    'stream.write("x"); stream.setContentType("text/plain"); stream.end();',
  ),
  streams(
    'with a prelude',
    'const s = awslambda.HttpResponseStream.from(stream, { statusCode: 201, headers: { a: "b" } }); s.write("x"); s.end();',
  ),
  streams(
    'with a prelude, and only at its end',
    'const s = awslambda.HttpResponseStream.from(stream, { statusCode: 201 }); s.end("x");',
    {
      runtimes: ['nodejs24.x'],
    },
  ),
  streams(
    'a pipeline',
    'const { pipeline } = await import("node:stream/promises"); const { Readable } = await import("node:stream"); await pipeline(Readable.from(["a", "b"]), stream);',
  ),
  streams(
    'much',
    'for (let i = 0; i < 50; i++) if (!stream.write("x".repeat(10000))) await new Promise((r) => stream.once("drain", r)); stream.end();',
  ),
  streams('and returns a value', 'stream.end("x"); return "ignored";'),
  streams('and fails before the first byte', 'throw new TypeError("no");', { events: [{}, {}] }),
  streams('and fails in between', 'stream.write("part"); throw new TypeError("no");'),
  streams('and throws a text in between', 'stream.write("part"); throw "no";'),
  streams('and fails after its end', 'stream.end("all"); throw new TypeError("no");'),
  streams(
    'its context',
    'stream.write(JSON.stringify([Object.keys(context), context.awsRequestId, context.callbackWaitsForEmptyEventLoop])); stream.end();',
  ),
  streams(
    'later',
    'await new Promise((r) => setTimeout(r, 50)); stream.write("a"); await new Promise((r) => setTimeout(r, 50)); stream.end("b");',
  ),
  {
    name: 'streams without a promise',
    files: {
      'index.mjs':
        'export const handler = awslambda.streamifyResponse((event, stream) => { stream.write("x"); stream.end(); });',
    },
  },
  {
    // The earlier client fails on this with an error of its own: MalformedStreamingHandler is not defined.
    runtimes: ['nodejs24.x'],
    name: 'asks for a kind of streaming that does not exist',
    files: {
      'index.mjs':
        'export const handler = async () => 1; handler[Symbol.for("aws.lambda.runtime.handler.streaming")] = "request";',
    },
  },
  {
    name: 'streams as CommonJS, with a high water mark',
    files: {
      'index.cjs':
        'exports.handler = awslambda.streamifyResponse(async (event, stream) => { stream.write("x"); stream.end(); }, { highWaterMark: 100 });',
    },
  },
];
