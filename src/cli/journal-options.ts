import type { LevelJournalOptions } from '../journal/level-journal.ts'
import { nowUs, setTimer } from '../runtime/clock.ts'

/** How every command that writes a recording opens its journal. */
export const JOURNAL_OPTIONS: LevelJournalOptions = { nowUs, setTimer }
