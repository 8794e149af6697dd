export { FolderInUse, lockFolder } from './folder-lock.ts';
export { type Arrival, Journal } from './journal.ts';
export { type JournalRecord, journalRecord, type RecordOrigin, readRecord } from './record.ts';
