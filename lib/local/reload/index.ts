export { HotReload } from './hot-reload.ts';
