/**
 * `node --import tsx test/journal/formats/make.ts v2`: golden recordings of the format that is written
 * today, under names that begin so. Made once for each version of the format, and never made again:
 * what stands there was written by the code of its time.
 */
import { join } from 'node:path'
import { openCodec } from '../../../src/journal/codec.ts'
import { LevelJournal } from '../../../src/journal/level-journal.ts'
import { type Block, type EntryDraft, entryAt } from '../../../src/model/block.ts'
import { appendAll, copyAsKilled, stillTime, temporaryFolder } from '../../kit/journals.ts'
import { NO_FRAME_FAULTS } from '../../sim/faults.ts'
import { Simulation } from '../../sim/simulation.ts'
import { pack, readExpected, writeExpected } from './golden.ts'
import { seenIn } from './seen.ts'

const SEGMENT_BYTES = 12_000
const BLOCK_COUNT = 40
const GROUP_ENTRIES = 4_096

const prefix = process.argv[2] ?? ''
if (!/^v\d+$/.test(prefix)) throw new Error('say which version, such as v2')
const drafts = await liveEntries()
await using folder = await temporaryFolder()
const zstd = await openCodec()
const deflate = await openCodec(['deflate'])

await make('sealed-zstd', { codec: zstd })
await make('sealed-deflate', { codec: deflate })
await make('killed', { codec: zstd, isKilled: true })
await make('pruned', { codec: zstd, removedCount: 1 })

interface Making {
  readonly codec: typeof zstd
  readonly isKilled?: boolean
  readonly removedCount?: number
}

async function make(kind: string, { codec, isKilled, removedCount = 0 }: Making): Promise<void> {
  const name = `${prefix}-${kind}`
  const path = join(folder.path, name)
  const options = { ...stillTime, codec }
  const half = drafts.length >> 1
  // What is left after a deletion must hold a link of the digest chain.
  const between = removedCount > 0 ? fillers() : []
  const first = await LevelJournal.create(path, { ...options, segmentBytes: SEGMENT_BYTES })
  await appendAll(first, drafts.slice(0, half), BLOCK_COUNT)
  await first.close()
  const second = await LevelJournal.openForAppend(path, options)
  await appendAll(second, between, between.length)
  await appendAll(second, drafts.slice(half), BLOCK_COUNT)
  const killed = `${path}-killed`
  if (isKilled === true) await copyAsKilled(path, killed)
  for (const { firstSeq } of second.sealedSegments.slice(0, removedCount)) {
    await second.removeOldest(firstSeq)
  }
  await second.close()
  const made = isKilled === true ? killed : path
  const bytes = await pack(name, made)
  const expected = await seenIn(made)
  await writeExpected({ ...(await readExpected()), [name]: expected })
  process.stdout.write(`${name}: ${bytes} bytes, ${JSON.stringify(expected)}\n`)
}

/** As many entries as the digest chain has in a link, of which no engine hears. */
function fillers(): readonly EntryDraft[] {
  const { recvTimeUs, monoTimeUs } = drafts[drafts.length >> 1] ?? { recvTimeUs: 0, monoTimeUs: 0 }
  const filler: EntryDraft = {
    stream: { venue: 'binance', symbol: '', channel: 'serverTime' },
    recvTimeUs,
    monoTimeUs,
    venueTimeMs: Number.NaN,
    connectionId: 0,
    payload: new TextEncoder().encode('{"serverTime":1767571200000}'),
  }
  return Array.from({ length: GROUP_ENTRIES }, () => filler)
}

/** Two minutes and some of a quiet market through the real daemon, facts and digests included. */
async function liveEntries(): Promise<readonly EntryDraft[]> {
  const blocks: Block[] = []
  const simulation = new Simulation({
    seed: 6,
    lengthMs: 150_000,
    symbols: ['BTCUSDT'],
    stepMs: 4_000,
    activity: 0.8,
    plan: {
      frames: NO_FRAME_FAULTS,
      faults: [{ kind: 'cut', atMs: 100_000, route: '/market' }],
    },
    capture: { connections: 1, connectionAgeMsMax: 85_200_000 },
  })
  await simulation.run()
  for await (const block of simulation.disk.blocks()) blocks.push(block)
  return blocks.flatMap((block) =>
    Array.from({ length: block.count }, (_, index) => {
      const { seq: _seq, ...draft } = entryAt(block, index)
      return draft
    }),
  )
}
