/** A golden case as a journal in memory, imported by the code that users import with. */
import { fileURLToPath } from 'node:url'
import { headOf, venueTimeOf } from '../../src/decode/venue-time.ts'
import { importFile } from '../../src/interchange/import.ts'
import { MemoryJournal } from '../../src/journal/memory-journal.ts'
import { type Block, type EntryDraft, entryAt } from '../../src/model/block.ts'
import type { PipelineListener } from '../../src/pipeline/events.ts'
import { makesSymbol } from '../../src/pipeline/route.ts'
import { resolveSettings } from '../../src/pipeline/settings.ts'
import { type ReplayOptions, type ReplayResult, replay } from '../../src/replay/replay.ts'
import { sharedFile } from '../engines/golden-input.ts'

export async function goldenJournal(
  name: string,
  keep: (draft: EntryDraft) => boolean = () => true,
): Promise<MemoryJournal> {
  const journal = new MemoryJournal()
  const writer = {
    append: (draft: EntryDraft) => (keep(draft) ? journal.append(draft) : -1),
    flush: () => journal.flush(),
  }
  const path = fileURLToPath(sharedFile(`golden/${name}/input.ndjson.gz`))
  await importFile(path, writer, { skipBad: false, headOf, venueTimeOf })
  return journal
}

export interface JournalReplay extends Partial<ReplayOptions> {
  readonly profile?: 'standard' | 'reference'
  readonly set?: Readonly<Record<string, string | number | boolean>>
  readonly listener?: PipelineListener | undefined
}

/** All of a journal, with the symbols that it has data of. */
export async function replayJournal(
  journal: MemoryJournal,
  { profile = 'standard', set = {}, ...more }: JournalReplay = {},
): Promise<ReplayResult> {
  return await replay(journal, {
    settings: resolveSettings(profile, set),
    symbols: await symbolsIn(journal),
    fromSeq: 0,
    toSeq: journal.nextSeq,
    startSeq: 0,
    nowUs: () => 0,
    ...more,
  })
}

async function symbolsIn(journal: MemoryJournal): Promise<readonly string[]> {
  const symbols = new Set<string>()
  for await (const block of journal.blocks()) {
    for (const stream of block.streams) if (makesSymbol(stream)) symbols.add(stream.symbol)
  }
  return [...symbols]
}

/** All entries, in their order. */
export async function draftsOf(journal: MemoryJournal): Promise<readonly EntryDraft[]> {
  const drafts: EntryDraft[] = []
  const take = (block: Block) => {
    for (let index = 0; index < block.count; index += 1) drafts.push(entryAt(block, index))
  }
  for await (const block of journal.blocks()) take(block)
  return drafts
}
