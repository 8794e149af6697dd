import { compare } from './compare.ts';
import { LOADING } from './functions/loading.ts';

compare(LOADING);
