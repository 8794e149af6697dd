import { compare } from './compare.ts';
import { CALLBACKS } from './functions/callbacks.ts';

compare(CALLBACKS);
