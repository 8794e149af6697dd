import { examined } from './examined.ts';
import { WAY_ROWS } from './way-rows.ts';

examined('firewalls, proxies and versions', WAY_ROWS);
