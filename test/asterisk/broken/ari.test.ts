import { ARI_ROWS } from './ari-rows.ts';
import { examined } from './examined.ts';

examined('ari.conf and its users', ARI_ROWS);
