export { Console } from './console.ts';
export { bundlePage } from './page-files.ts';
