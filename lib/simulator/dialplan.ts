/**
 * What extensions do: either what `Stasis()` is given, after which the call is hung up (`Super-Conference,100`), or the
 * applications one by one (`['Answer()', 'Stasis(Intro-IVR)', 'Wait(60)']`). Known are Answer, Busy, Hangup, Ringing,
 * Stasis and Wait, which waits without end.
 */
export type Extensions = Readonly<Record<string, string | readonly string[]>>;

/** The dialplan of the user's documents. */
export const DOCUMENTED_DIALPLAN: Extensions = { ivr: 'Intro-IVR', conference: 'Super-Conference,100' };

const KNOWN = /^(Answer|Busy|Hangup|Ringing|Stasis|Wait)\(.*\)$/;

/** extensions.conf, as much of it as a test of call handlers needs. */
export class Dialplan {
  readonly #extensions: Extensions;

  constructor(extensions: Extensions) {
    this.#extensions = extensions;
    for (const step of Object.values(extensions).flatMap((steps) => (typeof steps === 'string' ? [] : steps))) {
      if (!KNOWN.test(step)) {
        throw new Error(`Expected Answer(), Busy(), Hangup(), Ringing(), Stasis(…) or Wait(…), got ${step}`);
      }
    }
  }

  get extensions(): string[] {
    return Object.keys(this.#extensions);
  }

  /** The applications of an extension. */
  steps(extension: string): string[] | undefined {
    const entry = this.#extensions[extension];
    if (entry === undefined) return undefined;
    return typeof entry === 'string' ? [`Stasis(${entry})`, 'Hangup()'] : [...entry];
  }
}
