// Goal: a replay from columns is the replay from the journal, and columns that are off are never believed.
// Method: a simulated market over two hours of receive time, so two segments, with payloads that no
// decoder reads; replayed with and without, from the start, over a range, from checkpoints, with files
// altered, cut and of another version.
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ColumnBuilder } from '../../src/columns/column-builder.ts'
import { COLUMN_FOLDER, columnFindings } from '../../src/columns/column-cache.ts'
import { simulateMarket } from '../../src/exchange/simulate-market.ts'
import type { EntryDraft } from '../../src/model/block.ts'
import { isDecoded } from '../../src/pipeline/decoded-block.ts'
import type { PipelineListener } from '../../src/pipeline/events.ts'
import { resolveSettings } from '../../src/pipeline/settings.ts'
import { ColumnSource } from '../../src/replay/block-source.ts'
import { CheckpointStore } from '../../src/replay/checkpoint-store.ts'
import { openRecording, type Recording } from '../../src/replay/recording.ts'
import { checkpointKey, type ReplayOptions, replay } from '../../src/replay/replay.ts'
import { recordTape } from '../../src/sweep/tape.ts'
import { record, temporaryFolder } from '../kit/journals.ts'

const MARKET = {
  seed: 5,
  symbols: ['BTCUSDT', 'ETHUSDT'],
  startTimeMs: Date.UTC(2026, 0, 5, 0, 55),
  minutes: 10,
}
const settings = resolveSettings('standard')

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let recording: Recording
let remarks: string[] = []

beforeAll(async () => {
  folder = await temporaryFolder()
  const path = join(folder.path, 'market')
  await record(path, [...simulateMarket(MARKET)].flat().map(spoiled), 500)
  recording = await openRecording(path, { oneThread: true })
  expect(recording.reader.manifest.segments).toHaveLength(2)
})
afterAll(async () => {
  await recording.reader.close()
  await folder[Symbol.asyncDispose]()
})
beforeEach(() => {
  remarks = []
})

/** Now and then a payload that is no message, or is of a market that is left out. */
function spoiled(draft: EntryDraft, index: number): EntryDraft {
  const text = Buffer.from(draft.payload).toString()
  if (index % 997 === 500) return { ...draft, payload: Buffer.from('{"e":"nonsense"') }
  if (index % 499 === 100) return { ...draft, payload: Buffer.from(` ${text}`) }
  return draft
}

const source = (buildBytesMin = 0) =>
  new ColumnSource(recording, { onRemark: (text) => remarks.push(text), buildBytesMin })

/** All that a replay says, from one end to the other. */
async function told(columns: ColumnSource | undefined, more: Partial<ReplayOptions> = {}) {
  const events: unknown[] = []
  const listener: PipelineListener = {
    faultFound: (fault) => events.push({ ...fault }),
    gapFound: (gap, { seq }) => events.push({ ...gap, seq }),
    frameEmitted: (_, frame, { seq, ordinal }) =>
      events.push([JSON.stringify(frame), seq, ordinal]),
    liquidationTaken: (_, order, cause) => events.push({ ...order }, { ...cause }),
    liquidationRefused: (order, reason) => events.push({ ...order, reason }),
    recordEmitted: (_, log, row) => events.push([log, JSON.stringify(row)]),
    factRead: (_, text) => events.push(text),
  }
  const { pipeline, digests, entryCount, checkpointSeq } = await replay(recording.reader, {
    settings,
    symbols: recording.symbols,
    fromSeq: 0,
    toSeq: recording.reader.nextSeq,
    startSeq: 0,
    nowUs: () => 0,
    columns,
    listener,
    ...more,
  })
  return { state: pipeline.toPlain(), digests, entryCount, checkpointSeq, events }
}

/** Makes all columns, and leaves no thread behind. */
async function build(): Promise<void> {
  const columns = source()
  for await (const block of columns.blocks({ fromSeq: 0, toSeq: recording.reader.nextSeq })) {
    if (block.count < 0) throw new Error('no block is that short')
  }
  await columns.finish()
  await columns.close()
}

/** Of how many entries a replay has messages in columns. */
async function decodedCount(): Promise<number> {
  const columns = source(Number.POSITIVE_INFINITY)
  let count = 0
  for await (const block of columns.blocks({ fromSeq: 0, toSeq: recording.reader.nextSeq })) {
    if (isDecoded(block)) count += block.count
  }
  await columns.close()
  return count
}

const clear = () => rm(join(recording.path, 'cache'), { recursive: true, force: true })
const files = async (): Promise<readonly string[]> => {
  const names = await readdir(join(recording.path, COLUMN_FOLDER))
  return names.sort().map((name) => join(recording.path, COLUMN_FOLDER, name))
}

describe('a replay from columns', () => {
  beforeAll(async () => {
    await clear()
    await build()
    expect(await decodedCount()).toBe(recording.reader.nextSeq)
  })

  test('tells and ends in the same, under either profile', async () => {
    for (const profile of ['standard', 'reference'] as const) {
      const chosen = { settings: resolveSettings(profile) }
      const raw = await told(undefined, chosen)
      expect(await told(source(), chosen)).toEqual(raw)
      expect(raw.events.length).toBeGreaterThan(100)
      expect(raw.digests.length).toBeGreaterThan(10)
    }
    expect(remarks).toEqual([])
  })

  test('begins and ends anywhere, warm and cold', async () => {
    const { nextSeq } = recording.reader
    for (const [fromSeq, toSeq] of [
      [777, nextSeq - 333],
      [nextSeq - 100, nextSeq],
      [0, 1],
    ] as const) {
      for (const startSeq of [0, fromSeq]) {
        const range = { fromSeq, toSeq, startSeq }
        expect(await told(source(), range)).toEqual(await told(undefined, range))
      }
    }
  })

  test('makes the tape of a sweep as it is', async () => {
    const { reader, symbols } = recording
    const options = { settings, symbols, toSeq: reader.nextSeq - 5 }
    const raw = await recordTape(reader, options)
    expect(raw?.symbols).toHaveLength(2)
    expect(await recordTape(reader, { ...options, columns: source() })).toEqual(raw)
  })

  test('writes the checkpoints of the journal, and goes on from them', async () => {
    const key = checkpointKey(settings, recording.symbols, 0, false)
    const store = new CheckpointStore(recording.path, key)
    const far = { checkpoints: store, fromSeq: recording.reader.nextSeq - 3000 }
    const first = await told(source(), { checkpoints: store })
    const written = await store.seqs()
    expect(written.length).toBeGreaterThan(0)
    const fromCheckpoint = await told(source(), far)
    expect(fromCheckpoint.checkpointSeq).toBe(written.at(-1))
    expect(await told(undefined, far)).toEqual(fromCheckpoint)
    expect(fromCheckpoint.digests.length).toBeGreaterThan(1)
    expect(first.digests.slice(-fromCheckpoint.digests.length)).toEqual(fromCheckpoint.digests)
    await rm(join(recording.path, 'checkpoints'), { recursive: true })
    await told(undefined, { checkpoints: store })
    expect(await store.seqs()).toEqual(written)
  })
})

describe('columns', () => {
  beforeEach(async () => {
    await clear()
  })

  test('are made by the first replay that has use for them, beside it', async () => {
    const raw = await told(undefined)
    const columns = source()
    expect(await told(columns)).toEqual(raw)
    await columns.finish()
    await columns.close()
    expect(await files()).toHaveLength(2)
    expect(await decodedCount()).toBe(recording.reader.nextSeq)
    expect(remarks).toEqual([])
  })

  test('are not made of a little', async () => {
    const columns = source(1 << 30)
    await told(columns)
    await columns.close()
    await expect(files()).rejects.toThrow('ENOENT')
  })

  test('are given up when the replay is stopped, and leave nothing behind', async () => {
    const { path, reader } = recording
    const builder = new ColumnBuilder({ recording: path, onRemark: (text) => remarks.push(text) })
    builder.add(reader.manifest.segments)
    await builder.close(AbortSignal.abort())
    expect(await files().catch(() => [])).toEqual([])
    expect(remarks).toEqual([])
  })

  test('that are off are told, not used, and made again', { timeout: 120_000 }, async () => {
    const raw = await told(undefined)
    await build()
    const [path = ''] = await files()
    const whole = await readFile(path)
    const middle = whole.length >> 1
    const damages = [whole.with(middle, 1 ^ (whole[middle] ?? 0)), whole.subarray(0, middle)]
    for (const damaged of damages) {
      await writeFile(path, damaged)
      expect(await columnFindings(recording.path)).toHaveLength(1)
      remarks = []
      const columns = source(Number.POSITIVE_INFINITY)
      expect(await told(columns)).toEqual(raw)
      await columns.close()
      expect(remarks).toEqual([expect.stringMatching(/^columns of segment 0: .*made again$/)])
      expect(await readFile(path)).toEqual(whole)
    }
    expect(await columnFindings(recording.path)).toEqual([])
  })

  test('do not hide that the journal was damaged after they were made', async () => {
    await build()
    const segments = join(recording.path, 'segments')
    const [segment = ''] = (await readdir(segments)).toSorted()
    const table = (await readdir(join(segments, segment))).find((name) => name.endsWith('.ldb'))
    const path = join(segments, segment, table ?? '')
    const whole = await readFile(path)
    const at = whole.length >> 1
    const again = await openRecording(recording.path, { oneThread: true })
    try {
      await writeFile(path, whole.with(at, 1 ^ (whole[at] ?? 0)))
      const columns = new ColumnSource(again, { onRemark: (text) => remarks.push(text) })
      await expect(told(columns)).rejects.toMatchObject({ code: 'JOURNAL_DAMAGED' })
      await columns.close()
    } finally {
      await again.reader.close()
      await writeFile(path, whole)
    }
    expect(await told(source())).toEqual(await told(undefined))
  })

  test('of another version, of a segment that is gone, and parts of processes that ended are removed', async () => {
    await build()
    const [path = ''] = await files()
    const old = path.replace(/-[0-9a-f]{16}/, '-0123456789abcdef')
    // Above the greatest number that Linux gives to a process.
    const part = `${path}.99999999.part`
    await writeFile(old, await readFile(path))
    await writeFile(part, 'half')
    // Retention deletes the first segments of a recording; this one begins at 0, and no name is less.
    const gone = join(recording.path, COLUMN_FOLDER, `${'-'.repeat(16)}-${'0'.repeat(16)}.columns`)
    await writeFile(gone, 'of a segment before the first')
    await rm(path)
    await build()
    expect(await files()).toHaveLength(2)
    expect(await files()).toContain(path)
    expect(await decodedCount()).toBe(recording.reader.nextSeq)
  })

  test('that cannot be kept cost a remark, and no replay', async () => {
    const raw = await told(undefined)
    await mkdir(join(recording.path, 'cache'), { recursive: true })
    await writeFile(join(recording.path, COLUMN_FOLDER), 'a file in the place of the folder')
    const columns = source()
    expect(await told(columns)).toEqual(raw)
    await columns.finish()
    await columns.close()
    expect(remarks).toEqual([expect.stringMatching(/^no columns are kept for the next replay: /)])
  })
})
