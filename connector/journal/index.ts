export { FolderInUse, lockFolder } from './folder-lock.ts';
export { type Arrival, Journal } from './journal.ts';
export { type JournalRecord, journalRecord, type RecordOrigin } from './record.ts';
