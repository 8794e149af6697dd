export { type TableDefinition, TableError, Tables } from './tables.ts';
