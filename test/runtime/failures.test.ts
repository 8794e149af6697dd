import { compare } from './compare.ts';
import { FAILURES } from './functions/failures.ts';

compare(FAILURES);
