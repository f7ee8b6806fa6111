/** Journals on disk for tests: real ones, with time that only tests move. */
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BlockRange, JournalReader } from '../../src/journal/journal.ts'
import { LevelJournal, type LevelJournalOptions } from '../../src/journal/level-journal.ts'
import { type EntryDraft, entryAt } from '../../src/model/block.ts'
import { START_US } from './entries.ts'

/** A timer that never fires: blocks are committed when they are full, and by `flush`. */
export const stillTime: Pick<LevelJournalOptions, 'nowUs' | 'setTimer'> = {
  nowUs: () => START_US,
  setTimer: () => () => undefined,
}

/** A folder that is gone with `using`. */
export async function temporaryFolder(): Promise<{ path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), 'moonreplay-test-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

/** Makes a sealed recording of `drafts`, committed in blocks of `blockCount`. */
export async function record(
  path: string,
  drafts: readonly EntryDraft[],
  blockCount = 50,
  more: Partial<LevelJournalOptions> = {},
): Promise<void> {
  const journal = await LevelJournal.create(path, { ...stillTime, ...more })
  await appendAll(journal, drafts, blockCount)
  await journal.close()
}

export async function appendAll(
  journal: Pick<LevelJournal, 'append' | 'flush'>,
  drafts: readonly EntryDraft[],
  blockCount = 50,
): Promise<void> {
  for (const [index, draft] of drafts.entries()) {
    journal.append(draft)
    if ((index + 1) % blockCount === 0) await journal.flush()
  }
  await journal.flush()
}

/** What a kill would leave now: a copy of the recording of a writer that still runs, and is idle. */
export async function copyAsKilled(from: string, to: string): Promise<void> {
  const isLock = (path: string): boolean => path.endsWith('LOCK')
  await cp(from, to, { recursive: true, filter: (path) => !isLock(path) })
}

/** All entries that a reader gives, payloads as text. */
export async function readAll(
  reader: JournalReader,
  range: BlockRange = {},
): Promise<readonly ReadEntry[]> {
  const all: ReadEntry[] = []
  for await (const block of reader.blocks(range)) {
    for (let index = 0; index < block.count; index += 1) {
      const { payload, ...rest } = entryAt(block, index)
      all.push({ ...rest, text: Buffer.from(payload).toString('latin1') })
    }
  }
  return all
}

export type ReadEntry = Omit<EntryDraft, 'payload'> & {
  readonly seq: number
  readonly text: string
}

/** What {@link readAll} gives for `drafts` that were appended from `firstSeq` on. */
export const asRead = (drafts: readonly EntryDraft[], firstSeq = 0): readonly ReadEntry[] =>
  drafts.map(({ payload, http, ...rest }, index) => ({
    ...rest,
    http,
    seq: firstSeq + index,
    text: Buffer.from(payload).toString('latin1'),
  }))
