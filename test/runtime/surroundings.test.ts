import { compare } from './compare.ts';
import { SURROUNDINGS } from './functions/surroundings.ts';

compare(SURROUNDINGS);
