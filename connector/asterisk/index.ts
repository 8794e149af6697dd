export { ChannelNumbers } from './channel-numbers.ts';
export type { FramePosition, LinkEvent, ReadEvent } from './link-event.ts';
export { NodeLink } from './node-link.ts';
export { NodeState, type NodeStateCheckpoint } from './node-state.ts';
export type { AnnouncedStay, NodeHistory, OtherConnectors } from './others.ts';
