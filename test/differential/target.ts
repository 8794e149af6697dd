/** An event as an app receives it. */
export type AppEvent = { type: string; application: string } & Record<string, unknown>;

export interface Answer {
  status: number;
  body: unknown;
}

/** What a program runs on: an Asterisk with the program's dialplan, and the program's three apps listened to. */
export interface Target {
  readonly events: readonly AppEvent[];
  request(method: string, path: string, body?: object): Promise<Answer>;
  /** Resolves when all has happened that happens by itself at once. */
  quiet(): Promise<void>;
  /** The time, in milliseconds. */
  now(): number;
  /** Lets time pass until an event comes. @returns whether one came */
  nextEvent(limitMs: number): Promise<boolean>;
  pass(ms: number): Promise<void>;
  close(): Promise<void>;
}

/** The program's apps: the one that it is about, another, and that of the caller's half of the call, which sees all. */
export const APPS = ['~app', '~other', '~phone'];
