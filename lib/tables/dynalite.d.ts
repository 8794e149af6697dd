declare module 'dynalite' {
  import type { Server } from 'node:http';

  /** In memory. The times are how long tables are CREATING, DELETING and UPDATING, in milliseconds. */
  function dynalite(options: { createTableMs: number; deleteTableMs: number; updateTableMs: number }): Server;
  export = dynalite;
}
