import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freeMediaPort, freeUdpPort } from '../support/free-port.ts';

/** What a caller does. */
export interface Call {
  /** The extension to call. */
  to: string;
  /** Calls at the same time. @default 1 */
  count?: number;
  /** One key to press or several in a row, `471#`, and how long after the answer. */
  digit?: { key: string; afterMs: number };
  /**
   * In place of `count`: one call of each of these numbers, all at the same time, with silence as media in both directions.
   * So long after the answer a caller presses the digits of its own number, of ten digits, one after 60 ms each.
   */
  numbers?: { own: readonly string[]; afterMs: number };
  /** Puts the call on hold after the digits, and takes it back after so many milliseconds. */
  holdForMs?: number;
  /** Hangs up by itself this long after the answer; otherwise waits for Asterisk to hang up. */
  hangUpAfterMs?: number;
  /** The SIP status that the call is refused with, in place of an answer. */
  refusedWith?: number;
  /** Headers of the INVITE beside the usual ones: `['X-Tenant: acme']`. @default none */
  headers?: readonly string[];
}

/** A second of audio, in the folder of the call. */
const SILENCE = 'silence.ulaw';
const ULAW_SILENCE = 0xff;

/** Time limit, longer than any call of the tests. */
const CALL_LIMIT_S = 60;

/**
 * Calls Asterisk with an independent SIP phone: sipp.
 *
 * @throws with what sipp says when a call did not go as described
 */
export async function placeCall(sipPort: number, call: Call): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'sipp-'));
  const scenario = join(folder, 'call.xml');
  await writeFile(scenario, scenarioOf(call));
  const { own = [] } = call.numbers ?? {};
  const count = String(own.length || (call.count ?? 1));
  const numbers = join(folder, 'numbers.csv');
  await writeFile(numbers, `SEQUENTIAL\n${own.map((number) => [number, ...number].join(';')).join('\n')}\n`);
  await writeFile(join(folder, SILENCE), new Uint8Array(8000).fill(ULAW_SILENCE));
  const child = spawn(
    'sipp',
    [
      `127.0.0.1:${sipPort}`,
      ...[
        '-sf',
        scenario,
        '-s',
        call.to,
        '-m',
        count,
        '-r',
        count,
        '-i',
        '127.0.0.1',
        '-p',
        String(await freeUdpPort()),
        ...(own.length > 0 ? ['-inf', numbers, '-l', count] : []),
      ],
      ...['-mp', String(await freeMediaPort()), '-nostdin', '-timeout', String(CALL_LIMIT_S)],
      ...['-trace_err', '-error_file', join(folder, 'errors')],
    ],
    { stdio: 'ignore', cwd: folder },
  );
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', resolve);
  });
  const errors = await readFile(join(folder, 'errors'), 'utf8').catch(() => 'no word from sipp');
  await rm(folder, { recursive: true });
  if (code !== 0) throw new Error(`A call to ${call.to} failed, sipp's exit code ${code}: ${errors.slice(0, 2000)}`);
}

function scenarioOf(call: Call): string {
  const text = scenarioOfOne(call);
  if (!call.numbers) return text;
  return text.replaceAll('sip:alice@', 'sip:[field0]@').replaceAll('[media_port]', '[rtpstream_audio_port]');
}

function scenarioOfOne({ digit, numbers, holdForMs, hangUpAfterMs, refusedWith, headers = [] }: Call): string {
  if (refusedWith !== undefined) return scenario([invite(headers), receive(refusedWith), request('ACK', 1)]);
  const steps = [invite(headers), receive(200), request('ACK', 1)];
  let sequence = 1;
  if (digit) {
    steps.push(pause(digit.afterMs));
    for (const key of digit.key) {
      sequence += 1;
      steps.push(request('INFO', sequence, 'application/dtmf-relay', `Signal=${key}\nDuration=160\n`));
      steps.push('<recv response="200"/>');
      if (digit.key.length > 1) steps.push(pause(250));
    }
  }
  if (numbers) {
    steps.push(`<nop><action><exec rtp_stream="${SILENCE},-1,0"/></action></nop>`, pause(numbers.afterMs));
    for (let field = 1; field <= 10; field++) {
      sequence += 1;
      steps.push(request('INFO', sequence, 'application/dtmf-relay', `Signal=[field${field}]\nDuration=40\n`));
      steps.push('<recv response="200"/>', pause(60));
    }
  }
  if (holdForMs !== undefined) {
    for (const [direction, lasts] of [
      ['sendonly', holdForMs],
      ['sendrecv', 100],
    ] as const) {
      sequence += 1;
      steps.push(request('INVITE', sequence, 'application/sdp', `${SDP}a=${direction}\n`));
      steps.push(receive(200), request('ACK', sequence), pause(lasts));
    }
  }
  if (hangUpAfterMs === undefined) {
    steps.push(`<recv request="BYE" timeout="${CALL_LIMIT_S * 1000}"/>`);
    steps.push(
      message(
        'SIP/2.0 200 OK\n[last_Via:]\n[last_From:]\n[last_To:]\n[last_Call-ID:]\n[last_CSeq:]\nContent-Length: 0\n',
      ),
    );
  } else {
    steps.push(pause(hangUpAfterMs));
    steps.push(request('BYE', sequence + 1));
    steps.push('<recv response="200"/>');
  }
  return scenario(steps);
}

function scenario(steps: string[]): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<scenario name="call">\n${steps.join('\n')}\n</scenario>\n`;
}

function pause(ms: number): string {
  return `<pause milliseconds="${ms}"/>`;
}

function receive(status: number): string {
  const provisional = [100, 180, 183].map((code) => `<recv response="${code}" optional="true"/>`);
  return [...provisional, `<recv response="${status}" rrs="true"/>`].join('\n');
}

const SDP = `v=0
o=alice 1 1 IN IP[local_ip_type] [local_ip]
s=-
c=IN IP[media_ip_type] [media_ip]
t=0 0
m=audio [media_port] RTP/AVP 0
a=rtpmap:0 PCMU/8000
`;

function invite(headers: readonly string[]): string {
  return message(
    `INVITE sip:[service]@[remote_ip]:[remote_port] SIP/2.0
${common('')}CSeq: 1 INVITE
${headers.map((header) => `${header}\n`).join('')}${content('application/sdp', SDP)}`,
    true,
  );
}

function request(method: 'ACK' | 'BYE' | 'INFO' | 'INVITE', sequence: number, type?: string, body = ''): string {
  return message(
    `${method} [next_url] SIP/2.0
${common('[peer_tag_param]')}CSeq: ${sequence} ${method}
${content(type, body)}`,
    method !== 'ACK',
  );
}

function common(peerTag: string): string {
  return `Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: "Alice" <sip:alice@[local_ip]:[local_port]>;tag=[call_number]
To: <sip:[service]@[remote_ip]:[remote_port]>${peerTag}
Call-ID: [call_id]
Contact: <sip:alice@[local_ip]:[local_port]>
Max-Forwards: 70
`;
}

function content(type: string | undefined, body: string): string {
  return `${type ? `Content-Type: ${type}\n` : ''}Content-Length: [len]\n\n${body}`;
}

function message(text: string, retransmit = false): string {
  return `<send${retransmit ? ' retrans="500"' : ''}><![CDATA[\n${text}\n]]></send>`;
}
