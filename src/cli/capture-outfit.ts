/** What a capture on this machine has beside its journal: limits, disk, retention, and a gate for engines. */
import { basename, dirname, join } from 'node:path'
import { RecorderError } from '../base/errors.ts'
import type { CaptureOptions } from '../capture/capture.ts'
import type { CaptureSettings } from '../capture/capture-settings.ts'
import { EngineGate } from '../capture/engine-gate.ts'
import { journalRetention } from '../capture/journal-retention.ts'
import { openLimitFile } from '../capture/limit-file.ts'
import { openStorage } from '../capture/storage.ts'
import type { LevelJournal } from '../journal/level-journal.ts'
import { openReader } from '../journal/level-reader.ts'
import type { Block } from '../model/block.ts'
import { setTimer } from '../runtime/clock.ts'

export type Outfit = Pick<
  CaptureOptions,
  'limitStore' | 'storage' | 'sealFailure' | 'onEngines' | 'retention'
>

/** `address`: where requests go. `keepMs`: how long segments are kept; nothing: for ever. */
export async function outfitOf(
  path: string,
  journal: LevelJournal,
  gate: EngineGate,
  { address, keepMs }: { readonly address: string; readonly keepMs: number | undefined },
): Promise<Outfit> {
  const folder = dirname(path)
  return {
    limitStore: await openLimitFile(join(folder, '.capture-limits.json'), address),
    storage: openStorage(join(folder, `.reserve-${basename(path)}`)),
    sealFailure: () => journal.sealFailure,
    onEngines: (isPaused) => gate.setPaused(isPaused),
    retention: keepMs === undefined ? undefined : { port: journalRetention(path, journal), keepMs },
  }
}

export const engineGate = (
  path: string,
  journal: LevelJournal,
  { engineBacklogBytes }: CaptureSettings,
  onFailure: (error: RecorderError) => void,
): EngineGate =>
  new EngineGate({
    writer: journal,
    read: (fromSeq, toSeq) => readBlocks(path, fromSeq, toSeq),
    backlogBytesMax: engineBacklogBytes,
    setTimer,
    onFailure: (error) => onFailure(asFailure(error)),
  })

/** What the engines missed while they were paused, from the journal that is being written. */
async function* readBlocks(path: string, fromSeq: number, toSeq: number): AsyncGenerator<Block> {
  const reader = await openReader(path)
  try {
    yield* reader.blocks({ fromSeq, toSeq })
  } finally {
    await reader.close()
  }
}

function asFailure(cause: unknown): RecorderError {
  if (cause instanceof RecorderError) return cause
  return new RecorderError('JOURNAL_DAMAGED', 'what the engines missed cannot be read', { cause })
}
