import type { Patient } from '../../../lib/asterisk/doctor/examination.ts';
import type { Stage } from './stage.ts';

/** A broken installation of a real Asterisk, and what the doctor must make of it. A row of the table in docs/doctor.md. */
export interface BrokenInstallation {
  /** What is broken, in the words of the table. */
  broken: string;
  /** Breaks it. Asterisk then loads what has changed. */
  by?(stage: Stage): void | Promise<void>;
  /** How the doctor is sent there. @default over plain HTTP, with both users */
  patient?(stage: Stage): Partial<Patient>;
  /** The check that finds it, and no other one. */
  check: string;
  /** Other checks that find something too. @default none */
  also?: string[];
  /** How it is found. `skipped`: the doctor must not call it right, and cannot see more. @default an error or a warning */
  verdict?: 'skipped';
  /** The cause, as it is in the doctor's sentence. */
  cause: string;
  /**
   * The line to write, as `FILE [SECTION] LINE`, with the ports 8088 of HTTP and 8089 of HTTPS. One of Asterisk's files: the
   * test writes it, and what the doctor suggests beside it, and the doctor then finds nothing.
   * @default there is none
   */
  line?: string;
  /** Whether the line belongs to another cause, which looks the same from outside: it is not written then. @default false */
  alike?: true;
  /** With a line for cdk.json: how the doctor is sent there once it is written. */
  corrected?(stage: Stage): Partial<Patient>;
}
