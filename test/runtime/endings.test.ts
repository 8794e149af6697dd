import { compare } from './compare.ts';
import { ENDINGS } from './functions/endings.ts';

compare(ENDINGS);
