import { hash } from 'node:crypto';
import type { EventMetadata } from '../events/metadata.ts';

/** Lambda takes 1 to 64 letters, digits, `-` and `_`. */
const READABLE = 39;

/**
 * The name of the execution for a call leg that enters an app: by node, channel and entry. The id of a `StasisStart` is the
 * same whichever connector forwards or rebuilds it, so an event that comes again names the same execution.
 *
 * @example
 * executionName({ ...metadata, node: 'pbx-1', channelId: '1795403597.0' }); // 'pbx-1_1795403597-0_8b1f5d2c0a9e4f37c6d15a02'
 */
export function executionName({ node, channelId = '', id }: Pick<EventMetadata, 'node' | 'channelId' | 'id'>): string {
  const readable = `${node}_${channelId}`.replace(/[^\w-]/g, '-').slice(0, READABLE);
  return `${readable}_${hash('sha256', JSON.stringify([node, channelId, id]), 'hex').slice(0, 24)}`;
}
