/** One recording replayed and sought in, in a process that does nothing else: `replay.ts` starts it. */
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Profile } from '../../src/base/setting.ts'
import { COLUMN_FOLDER } from '../../src/columns/column-cache.ts'
import { Pipeline } from '../../src/pipeline/pipeline.ts'
import { resolveSettings } from '../../src/pipeline/settings.ts'
import { ColumnSource } from '../../src/replay/block-source.ts'
import { Digester } from '../../src/replay/digests.ts'
import { openRecording, type Recording } from '../../src/replay/recording.ts'
import { replay } from '../../src/replay/replay.ts'
import { monoUs, nowUs } from '../../src/runtime/clock.ts'

/** Rates are the best of some rounds. Unit: entries per second. */
export interface ReplayRates {
  /** `JSON.parse` of the payloads of one pass, which are in memory. */
  readonly jsonPerSecond: number
  /** Blocks decoded ahead on a second thread, as a user has it. */
  readonly replayPerSecond: number
  readonly oneThreadPerSecond: number
  /** Without the engines behind the markets: with the second thread, and without. */
  readonly marketPerSecond: number
  readonly marketOneThreadPerSecond: number
  /** From columns, which were made before, and over what the journal gives in the rounds between. */
  readonly columnsPerSecond: number
  readonly columnsOverJournal: number
  readonly marketColumnsOverJournal: number
  /** The same over the journal without a second thread, which columns do not have either. */
  readonly marketColumnsOverOneThread: number
  /** Size of the columns. Unit: bytes an entry. */
  readonly columnBytesPerEntry: number
  /** Time of a whole replay over that of its first tenth. */
  readonly tenfoldTime: number
  /** All files of the recording over the payload bytes. */
  readonly storedFraction: number
  /** Greatest resident memory of this process until the end of the replays. */
  readonly memoryBytes: number
  /** The entry that closes a minute, with the rollover of all engines and the digest. */
  readonly minuteMsMedian: number
  readonly minuteMsMean: number
  /** From an exchange time to its first entry. */
  readonly seekMsMedian: number
  readonly seekMsMax: number
  readonly seekCount: number
}

type JournalRates = Pick<
  ReplayRates,
  | 'jsonPerSecond'
  | 'replayPerSecond'
  | 'oneThreadPerSecond'
  | 'marketPerSecond'
  | 'marketOneThreadPerSecond'
>

type ColumnRates = Pick<
  ReplayRates,
  | 'columnsPerSecond'
  | 'columnsOverJournal'
  | 'marketColumnsOverJournal'
  | 'marketColumnsOverOneThread'
  | 'columnBytesPerEntry'
>

const ROUNDS = 3
/** Rounds of the rates that are compared with each other. */
const TURNS = 4
const SEEKS = 200

const [path = '', profile = 'standard', textCount = '0'] = process.argv.slice(2)
process.stdout.write(JSON.stringify(await measure()))

async function measure(): Promise<ReplayRates> {
  const recording = await openRecording(path)
  const { contents, reader } = recording
  const alone = await openRecording(path, { oneThread: true })
  const tenth = Math.floor(reader.nextSeq / 10)
  const tenfold = await tenfoldTime(recording, tenth)
  const memoryBytes = process.resourceUsage().maxRSS * 1024
  const seeks = await timeSeeks(recording)
  const journal = await journalRates(recording, alone)
  const columns = await columnRates(recording, alone)
  const minutes = await timeMinutes(alone)
  await reader.close()
  await alone.reader.close()
  return {
    ...journal,
    ...columns,
    tenfoldTime: tenfold,
    storedFraction: contents.storedBytes / contents.sealedPayloadBytes,
    memoryBytes,
    minuteMsMedian: middleOf(minutes),
    minuteMsMean: minutes.reduce((sum, ms) => sum + ms, 0) / minutes.length,
    seekMsMedian: middleOf(seeks),
    seekMsMax: seeks.at(-1) ?? Number.NaN,
    seekCount: seeks.length,
  }
}

/** By turns: whatever else the machine does then meets all. */
async function journalRates(recording: Recording, alone: Recording): Promise<JournalRates> {
  const { nextSeq } = recording.reader
  const best = {
    jsonPerSecond: 0,
    replayPerSecond: 0,
    oneThreadPerSecond: 0,
    marketPerSecond: 0,
    marketOneThreadPerSecond: 0,
  }
  for (let round = 0; round < TURNS; round += 1) {
    const rates: JournalRates = {
      jsonPerSecond: await parseRate(recording),
      replayPerSecond: await rateOf(recording, nextSeq, {}),
      oneThreadPerSecond: await rateOf(alone, nextSeq, {}),
      marketPerSecond: await rateOf(recording, nextSeq, { engines: false }),
      marketOneThreadPerSecond: await rateOf(alone, nextSeq, { engines: false }),
    }
    for (const name of Object.keys(best) as (keyof JournalRates)[]) {
      best[name] = Math.max(best[name], rates[name])
    }
  }
  return best
}

async function columnRates(recording: Recording, alone: Recording): Promise<ColumnRates> {
  const onRemark = (text: string): never => {
    throw new Error(text)
  }
  const columns = new ColumnSource(recording, { onRemark, buildBytesMin: 0 })
  const { nextSeq } = recording.reader
  await rateOf(recording, 1, { columns })
  await columns.finish()
  const best = { journal: 0, columns: 0, marketJournal: 0, marketOneThread: 0, marketColumns: 0 }
  // By turns: whatever else the machine does then meets all.
  for (let round = 0; round < ROUNDS; round += 1) {
    const take = async (
      name: keyof typeof best,
      options: RateOptions,
      from = recording,
    ): Promise<void> => {
      best[name] = Math.max(best[name], await rateOf(from, nextSeq, options))
    }
    await take('journal', {})
    await take('columns', { columns })
    await take('marketJournal', { engines: false })
    await take('marketOneThread', { engines: false }, alone)
    await take('marketColumns', { engines: false, columns })
  }
  await columns.close()
  return {
    columnsPerSecond: best.columns,
    columnsOverJournal: best.columns / best.journal,
    marketColumnsOverJournal: best.marketColumns / best.marketJournal,
    marketColumnsOverOneThread: best.marketColumns / best.marketOneThread,
    columnBytesPerEntry: (await columnBytes(recording)) / nextSeq,
  }
}

async function columnBytes({ path: folder }: Recording): Promise<number> {
  const files = await readdir(join(folder, COLUMN_FOLDER))
  const sizes = await Promise.all(files.map((name) => stat(join(folder, COLUMN_FOLDER, name))))
  return sizes.reduce((sum, { size }) => sum + size, 0)
}

/** Of the whole over a tenth, by turns; what the first run costs more is the compiler's. */
async function tenfoldTime(recording: Recording, tenth: number): Promise<number> {
  const { nextSeq } = recording.reader
  const best = { whole: 0, tenth: 0 }
  await rateOf(recording, nextSeq, {})
  for (let round = 0; round < ROUNDS; round += 1) {
    best.whole = Math.max(best.whole, await rateOf(recording, nextSeq, {}))
    best.tenth = Math.max(best.tenth, await rateOf(recording, tenth, {}))
  }
  return ((nextSeq / tenth) * best.tenth) / best.whole
}

interface RateOptions {
  readonly engines?: boolean
  readonly columns?: ColumnSource
}

async function rateOf(
  { reader, symbols }: Recording,
  toSeq: number,
  options: RateOptions,
): Promise<number> {
  const { entriesPerSecond } = await replay(reader, {
    settings: resolveSettings(profile as Profile),
    symbols,
    fromSeq: 0,
    toSeq,
    startSeq: 0,
    nowUs,
    ...options,
  })
  return entriesPerSecond
}

/** The later half of all minutes, on one thread: what the first cost is the compiler's. */
async function timeMinutes({ reader, symbols }: Recording): Promise<readonly number[]> {
  const digester = new Digester()
  let isClosed = false
  const pipeline = new Pipeline({
    settings: resolveSettings(profile as Profile),
    symbols,
    listener: {
      minuteClosed: (run, { closedMinute }, cause) => {
        digester.digestOf(run, closedMinute, cause)
        isClosed = true
      },
    },
  })
  const times: number[] = []
  for await (const block of reader.blocks()) {
    for (let index = 0; index < block.count; index += 1) {
      const startUs = monoUs()
      pipeline.consume(block, index, index + 1)
      if (isClosed) times.push((monoUs() - startUs) / 1000)
      isClosed = false
    }
  }
  return times.slice(times.length >> 1).sort((a, b) => a - b)
}

function middleOf(sorted: readonly number[]): number {
  return sorted[sorted.length >> 1] ?? Number.NaN
}

/** Moments all over the recording, in no order. */
async function timeSeeks({ reader, contents }: Recording): Promise<readonly number[]> {
  const firstMs = contents.firstRecvTimeUs / 1000
  const times: number[] = []
  for (let round = 0; round < SEEKS; round += 1) {
    const venueTimeMs =
      firstMs + (contents.lastVenueTimeMs - firstMs) * (((round * 89) % SEEKS) / SEEKS)
    const startUs = monoUs()
    const fromSeq = await reader.seekVenueTime(venueTimeMs)
    for await (const block of reader.blocks({ fromSeq })) {
      if (block.count > 0) break
    }
    times.push((monoUs() - startUs) / 1000)
  }
  return times.sort((a, b) => a - b)
}

/** The texts are there for the time of the measurement only: in other rounds they would be a burden. */
async function parseRate({ reader }: Recording): Promise<number> {
  const texts: string[] = []
  const decoder = new TextDecoder()
  const toSeq = Number(textCount)
  for await (const { bytes, count, firstSeq, offsets } of reader.blocks({ toSeq })) {
    for (let index = 0; index < count && firstSeq + index < toSeq; index += 1) {
      texts.push(decoder.decode(bytes.subarray(offsets[index], offsets[index + 1])))
    }
  }
  let best = 0
  for (let round = 0; round < ROUNDS; round += 1) {
    const startUs = monoUs()
    for (const text of texts) JSON.parse(text)
    best = Math.max(best, texts.length / ((monoUs() - startUs) / 1e6))
  }
  return best
}
