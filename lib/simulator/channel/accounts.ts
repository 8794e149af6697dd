import type { Channel } from './channel.ts';

type Account = 'accountcode' | 'peeraccount';

/** A channel that another one asked for has the account that this one names for its peer, or its own. */
export function inheritAccount(channel: Channel, originator: Channel): void {
  channel.accountcode = originator.peeraccount || originator.accountcode;
  channel.peeraccount = originator.accountcode;
}

/** What two channels in one bridge do not know of their accounts they learn from each other. */
export function shareAccounts(one: Channel, other: Channel): void {
  learn(one, 'peeraccount', other.accountcode);
  learn(other, 'peeraccount', one.accountcode);
  learn(one, 'accountcode', other.peeraccount);
  learn(other, 'accountcode', one.peeraccount);
}

/** Where they are two, each has the other's account. */
export function exchangeAccounts(one: Channel, other: Channel): void {
  one.change('peeraccount', other.accountcode);
  other.change('peeraccount', one.accountcode);
}

function learn(channel: Channel, account: Account, value: string): void {
  if (channel[account] === '') channel.change(account, value);
}
