import { compare } from './compare.ts';
import { STREAMING } from './functions/streaming.ts';

compare(STREAMING);
