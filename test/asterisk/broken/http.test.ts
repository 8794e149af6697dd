import { examined } from './examined.ts';
import { HTTP_ROWS } from './http-rows.ts';

examined('http.conf, certificates and URL', HTTP_ROWS);
