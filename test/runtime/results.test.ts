import { compare } from './compare.ts';
import { RESULTS } from './functions/results.ts';

compare(RESULTS);
