// biome-ignore-all lint/suspicious/noTemplateCurlyInString: so are Asterisk's variables written
import fc, { type Arbitrary } from 'fast-check';
import type { Program } from '../program.ts';
import { DIALLED, LONG_SOUND } from '../program.ts';

const stasis = fc
  .constantFrom('', ',a', ',a,b', ',"x, y",z', ',{"id":7}', ',,', ',a\\,b', ',${X}', ',${CALLERID(num)}')
  .map((args) => `Stasis(~app${args})`);

const before = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom('Answer()', 'Ringing()', 'Progress()', 'NoOp(hello)') },
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      ...['Set(X=1)', 'Set(__KEPT=yes)', 'Set(CALLERID(name)=Eve)', 'Set(Y=${X}-${EXTEN})', 'Set(PUSH(X,|)=a)'],
      ...['Set(CALLERID(num)=1009)', 'Set(CHANNEL(language)=fr)', 'Set(X=$[1 + 2])', 'Set(Y=${LEN(abc)})', 'Set(X=)'],
    ),
  },
  { weight: 1, arbitrary: fc.constantFrom('Wait(0.2)', 'Playback(beep)', 'Playback(nothing-there)') },
  { weight: 1, arbitrary: fc.constantFrom('Set(TIMEOUT(absolute)=3)', 'Stasis(~unheard)') },
);
const read = fc.constantFrom(
  'Read(DIGITS,,4,,1,60)',
  `Read(DIGITS,silence/1&${LONG_SOUND},2,,1,60)`,
  'Read(DIGITS,beep,3,,1,1)',
  'Read(DIGITS,,1,,2,1)',
);
const after = fc.oneof(
  { weight: 3, arbitrary: read },
  { weight: 2, arbitrary: stasis },
  { weight: 2, arbitrary: before },
  {
    weight: 2,
    arbitrary: fc.constantFrom('Hangup()', 'Hangup(17)', 'Goto(back,1)', 'Goto(~,back,1)', 'Wait(3600)', 'Busy(1)'),
  },
  { weight: 1, arbitrary: fc.constantFrom('GotoIf($["${READSTATUS}" = "OK"]?back,1)', 'Stasis(~other,second)') },
);

const called: Arbitrary<string[]> = fc
  .tuple(fc.array(before, { maxLength: 3 }), stasis, fc.array(after, { maxLength: 4 }))
  .map(([first, app, then]) => [...first, app, ...then]);

/** What a call goes through; where `T` is, a call that takes too long goes on there. */
export const dialplan: Arbitrary<Program['dialplan']> = fc
  .tuple(called, fc.option(fc.constantFrom('Stasis(~app,late)', 'Set(X=late)'), { nil: undefined }))
  .map(([call, late]) => ({
    [DIALLED]: call,
    back: ['Set(Y=back)', 'Stasis(~app,back,${DIGITS})', 'Hangup()'],
    answers: ['Answer()', 'Wait(3600)'],
    rings: ['Ringing()', 'Wait(3600)'],
    busy: ['Busy(1)'],
    ...(late !== undefined && { T: [late, 'Wait(3600)'] }),
  }));
