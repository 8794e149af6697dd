import type { Remedy } from '../../../lib/ari/connect-failure.ts';

/** Lines of Asterisk's files, as broken installations have them. */
export const conf = (file: string, section: string, option: string, value: string): Remedy => ({
  file,
  section,
  option,
  line: `${option} = ${value}`,
});
export const http = (option: string, value: string): Remedy => conf('http.conf', 'general', option, value);
export const ari = (section: string, option: string, value: string): Remedy => conf('ari.conf', section, option, value);
