import { MODULE_ROWS } from './ari-rows.ts';
import { examined } from './examined.ts';

examined('modules, apps and clocks', MODULE_ROWS);
