import { type Ari, type CallEvent, callHandler } from 'ari-eventbridge';
import type { CallHandlerProps } from 'ari-eventbridge/cdk';
import { dynamoDbOnce } from 'ari-eventbridge/dynamodb';
import { matches } from 'ari-eventbridge/pattern';
import type { TestPbx } from 'ari-eventbridge/testing';

/** Each is an error where the types resolve, and none where they do not and everything is `any`. */
callHandler({
  ChannelDtmfReceived: async ({ event }) => {
    // @ts-expect-error: a digit is a text
    event.digit satisfies number;
  },
  // @ts-expect-error: there is no such event
  NoSuchEvent: () => {},
});
// @ts-expect-error: a pattern is missing, among others
export const props: CallHandlerProps = { entry: 'greeter.ts' };
// @ts-expect-error: it wants a table
dynamoDbOnce({});
// @ts-expect-error: an event is missing
matches({ source: ['asterisk.ari'] });
// @ts-expect-error: there is no such method
export type Nothing = TestPbx['nothing'];
// @ts-expect-error: there is no such field
export type NoField = Ari.Channel['nothing'];
// @ts-expect-error: there is no such event
export type NoEvent = CallEvent<'NoSuchEvent'>;
