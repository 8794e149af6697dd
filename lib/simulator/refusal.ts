/** A refusal as ARI gives it. */
export class Refusal extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export const channelNotFound = (): Refusal => new Refusal(404, 'Channel not found');
export const notInStasis = (status = 409): Refusal => new Refusal(status, 'Channel not in Stasis application');
