// biome-ignore-all lint/suspicious/noTemplateCurlyInString: so are Asterisk's variables written
import fc, { type Arbitrary } from 'fast-check';
import type { Program } from '../program.ts';
import { DIALLED, LISTS, LONG_SOUND } from '../program.ts';

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

/** A list of verbs that ends with one that has an outcome, or ends the call. Times are long, or a second. */
const verbs = fc
  .tuple(
    fc.array(
      fc.constantFrom(
        ...['answer', 'ring', 'play:beep', 'play:nothing-there', 'digits:12', 'number:7', 'number:x', 'characters:ab'],
        ...['wait:0.2', 'transfer:1002', 'nonsense'],
      ),
      { maxLength: 3 },
    ),
    fc.constantFrom<[string, string]>(
      ['gathered', 'gather:beep:2:60:60:t(%23):1'],
      ['gathered', 'gather::4:60:60:t(%23):1'],
      ['gathered', 'gather:beep:3:1:1:t(*):1'],
      ['gathered', 'gather:nothing-there:1:1:1:t():2'],
      ['dialled', 'dial:Local%2Fanswers%40~:60:g'],
      ['dialled', 'dial:Local%2Fanswers%40~:60:gm'],
      ['dialled', 'dial:Local%2Frings%40~:60:g'],
      ['dialled', 'dial:Local%2Fbusy%40~%26Local%2Fnowhere%40~:60:g'],
      ['dialled', 'dial:Local%2Fbusy%40~:60:g|dial:Local%2Fanswers%40~:60:g'],
      ['dialled', 'dial:Local%2Frings%40~%26Local%2Fanswers%40~:60:g'],
      ['next', 'answer'],
      ['next', 'leave:~%2Cback%2C1'],
      ['next', 'leave:nowhere%2Cx%2C1'],
      ['next', 'leave:'],
      ['next', 'hangup:17'],
    ),
  )
  .map(([first, [kind, last]]) => {
    const call = `call:~app%2Ca:~%2C${DIALLED}%2C99:${kind}:name:1:c3RhdGU`;
    return [call, ...first, last].join('|');
  });
const lists: Arbitrary<string[]> = fc.oneof(
  { weight: 2, arbitrary: fc.constant<string[]>([]) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(verbs, verbs)
      .map(([first, second]) => [`Set(ARI_VERBS_${LISTS[0]}=${first})`, `Set(ARI_VERBS_${LISTS[1]}=${second})`]),
  },
);

const called: Arbitrary<string[]> = fc
  .tuple(lists, fc.array(before, { maxLength: 3 }), stasis, fc.array(after, { maxLength: 4 }))
  .map(([listed, first, app, then]) => [...listed, ...first, app, ...then]);

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
