import { AriError } from './errors.ts';

/**
 * Dialplan functions whose value may be absent, and the modules that bring them. Asterisk answers 500 "Unable to read
 * provided function" for a SIP header that the caller did not send, and the same for a function that does not exist:
 * whether it does, `IFMODULE()` tells.
 */
const MODULES: [RegExp, string][] = [
  [/^PJSIP_HEADER\(read,[^,()]+(?:,\d+)?\)$/i, 'res_pjsip_header_funcs.so'],
  [/^DB\([^/()]+\/[^()]+\)$/i, 'func_db.so'],
  [/^SHARED\([^()]+\)$/i, 'func_global.so'],
  [/^GROUP\([^()]*\)$/i, 'func_groupcount.so'],
];

/**
 * What reading a variable failed with: of the kind `gone` where the function is there and has no value.
 *
 * @param read reads another variable of the same channel
 */
export async function absenceOr(
  failure: unknown,
  variable: unknown,
  read: (variable: string) => Promise<unknown>,
): Promise<unknown> {
  const module = MODULES.find(([pattern]) => typeof variable === 'string' && pattern.test(variable))?.[1];
  if (!(failure instanceof AriError) || failure.status !== 500 || module === undefined) return failure;
  // Where this fails as well, the first failure is what there is to say.
  const loaded = (await read(`IFMODULE(${module})`).catch(() => undefined)) as { value?: unknown } | undefined;
  if (loaded?.value !== '1') return failure;
  const { operation, path, status, channelIds } = failure;
  return new AriError(
    operation,
    path,
    { status, message: `${failure.said}: it has no value`, kind: 'gone' },
    channelIds,
  );
}
