import type { Examination } from './examination.ts';

/** A channel through which the dialplan can be read: the doctor's own, or any other; `undefined` where there is none. */
export async function anyChannel(examination: Examination): Promise<string | undefined> {
  if (examination.channelId !== undefined) return examination.channelId;
  const { json } = await examination.read('/channels');
  return Array.isArray(json) ? (json as { id: string }[])[0]?.id : undefined;
}

/** What a channel's variable, or a function of the dialplan, says; `undefined` where Asterisk cannot read it. */
export async function readVariable(
  examination: Examination,
  channelId: string,
  variable: string,
): Promise<string | undefined> {
  const path = `/channels/${encodeURIComponent(channelId)}/variable?variable=${encodeURIComponent(variable)}`;
  const { status, json } = await examination.read(path);
  return status === 200 ? (json as { value?: string }).value : undefined;
}
