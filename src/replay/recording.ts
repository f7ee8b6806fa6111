/** A recording that is opened to be replayed: what it holds, its symbols, and places in it. */
import { basename } from 'node:path'
import { RecorderError } from '../base/errors.ts'
import { type RecordingContents, readContents } from '../journal/contents.ts'
import { type LevelReader, openReader, type ReaderOptions } from '../journal/level-reader.ts'
import { entryAt } from '../model/block.ts'
import { RECORDER_VENUE } from '../model/channel.ts'
import { isSocket, makesSymbol } from '../pipeline/route.ts'
import { type Moment, parseMoment } from './moment.ts'

export interface Recording {
  readonly path: string
  readonly name: string
  readonly reader: LevelReader
  readonly contents: RecordingContents
  /** Symbols with engines from the first entry on; none where facts in the journal name them. */
  readonly symbols: readonly string[]
}

export interface SeqRange {
  readonly fromSeq: number
  /** One past the last. */
  readonly toSeq: number
}

/** @throws {RecorderError} `RECORDING_NOT_FOUND`, `JOURNAL_DAMAGED` */
export async function openRecording(path: string, options?: ReaderOptions): Promise<Recording> {
  const reader = await openReader(path, options)
  try {
    const contents = await readContents(path, reader)
    const named = await namesItsSymbols(reader)
    const symbols = new Set(contents.streams.filter(makesSymbol).map(({ symbol }) => symbol))
    return { path, name: basename(path), reader, contents, symbols: named ? [] : [...symbols] }
  } catch (error) {
    await reader.close()
    throw error
  }
}

/**
 * The sequences between two moments in exchange time, half-open.
 * @throws {RecorderError} `USAGE`, `RANGE_EMPTY`
 */
export async function resolveRange(
  recording: Recording,
  from: string | undefined,
  to: string | undefined,
): Promise<SeqRange> {
  const end = recording.reader.nextSeq
  const { firstSeq } = recording.reader
  const asked = from === undefined ? 0 : await seqOf(recording, parseMoment('--from', from))
  const fromSeq = Math.max(asked, firstSeq)
  const toSeq = to === undefined ? end : await seqOf(recording, parseMoment('--to', to))
  if (fromSeq >= toSeq) {
    const what = from === undefined ? 'the recording' : `--from ${from}`
    const until = to === undefined ? `its end (seq ${end})` : `--to ${to} (seq ${toSeq})`
    throw new RecorderError(
      'RANGE_EMPTY',
      `${recording.name}: ${what} (seq ${fromSeq}) is not before ${until}`,
    )
  }
  return { fromSeq, toSeq: Math.min(toSeq, end) }
}

/** The first entry at or after a moment of exchange time. */
export async function seqAtTime({ reader }: Recording, venueTimeMs: number): Promise<number> {
  const start = await reader.seekVenueTime(venueTimeMs)
  for await (const block of reader.blocks({ fromSeq: start, toSeq: start + 1 })) {
    for (let index = 0; index < block.count; index += 1) {
      const stream = block.streams[block.streamIndexes[index] ?? 0]
      if (stream === undefined || !isSocket(stream)) continue
      if ((block.venueTimesMs[index] ?? Number.NaN) >= venueTimeMs) return block.firstSeq + index
    }
  }
  return reader.nextSeq
}

async function seqOf(recording: Recording, moment: Moment): Promise<number> {
  switch (moment.kind) {
    case 'seq':
      return moment.seq
    case 'time':
      return await seqAtTime(recording, moment.venueTimeMs)
    case 'beforeEnd':
      return await seqAtTime(recording, recording.contents.lastVenueTimeMs - moment.backMs)
  }
}

/** A recorder says in its first fact which symbols it records; files of others do not. */
async function namesItsSymbols(reader: LevelReader): Promise<boolean> {
  // Where its beginning was deleted, engines begin with the first data of each symbol.
  if ((reader.manifest.deleted?.start ?? null) !== null) return true
  for await (const block of reader.blocks({ toSeq: 1 })) {
    const { stream } = entryAt(block, 0)
    return stream.venue === RECORDER_VENUE && stream.channel === 'start'
  }
  return false
}
