/**
 * What Asterisk plays. A text without one of these schemes is refused by the compiler: Asterisk would start such a
 * playback and never end it, `http://…` included. A file on a web server is `sound:https://…`.
 *
 *  - `sound:hello-world`: a sound file; `sound:silence/5`: silence of 1 to 10 seconds;
 *  - `recording:NAME`: a stored recording;
 *  - `number:42`, `digits:4711`, `characters:abc`: said;
 *  - `tone:ring`: a tone of indications.conf, which plays until it is stopped.
 *
 * @example
 * const menu: Media[] = ['sound:hello-world', 'sound:silence/5', `digits:${event.channel.caller.number}`];
 */
export type Media =
  | `sound:${string}`
  | `recording:${string}`
  | `number:${string}`
  | `digits:${string}`
  | `characters:${string}`
  | `tone:${string}`;
