import { compare } from './compare.ts';
import { LOGGING } from './functions/logging.ts';

compare(LOGGING);
