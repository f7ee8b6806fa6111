// Goal: a state of the past does not depend on where it was computed from. Method: the same moments
// from the start, from states in memory, and from wherever the pipelines of before stand.
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CanonicalWriter, type Plain } from '../../src/base/canonical.ts'
import { Pipeline } from '../../src/pipeline/pipeline.ts'
import { resolveSettings } from '../../src/pipeline/settings.ts'
import type { StateAt } from '../../src/projections/state-at.ts'
import { CheckpointStore } from '../../src/replay/checkpoint-store.ts'
import { PastStates } from '../../src/replay/past-states.ts'
import { checkpointKey } from '../../src/replay/replay.ts'
import { loadRecentPast } from '../../src/replay/served-recording.ts'
import { StateKeeper } from '../../src/replay/state-keeper.ts'
import { StateMarks } from '../../src/replay/state-marks.ts'
import { type MarketFolder, recordMarket, type Served, serveMarket } from './recorded-market.ts'

const settings = resolveSettings('standard')
let market: MarketFolder
let served: Served
beforeAll(async () => {
  market = await recordMarket()
  served = await serveMarket(market)
})
afterAll(async () => {
  await served.close()
  await market[Symbol.asyncDispose]()
})

const namesOf = ({ past }: StateKeeper) =>
  past.streams
    .map(({ symbol, channel }) => `${symbol} ${channel}`)
    .toSorted((a, b) => (a < b ? -1 : 1))

/** What bodies are made of, as text that is the same when all of it is. */
function printOf({ seq, clockMs, mark, symbols }: StateAt): object {
  const writer = new CanonicalWriter()
  const documents = [...symbols.values()].map(({ documents: of }) => of as unknown as Plain)
  const books = [...symbols.values()].map(({ market: { book, volume, midBar } }) => ({
    id: book.lastAppliedU,
    volume: { ...volume },
    closeUsd: midBar.closeUsd,
  }))
  const bytes = Buffer.from(writer.encode({ documents, books })).toString('base64')
  return { seq, clockMs, counts: [...(mark?.entryCounts ?? [])], bytes }
}

test('from the start, from states in memory, forwards and backwards: the same state', async () => {
  const { recording, keeper } = served
  const checkpoints = new CheckpointStore(join(market.path, 'none'), 'none')
  const marks = new StateMarks(1)
  const pipeline = new Pipeline({
    settings,
    symbols: recording.symbols,
    listener: {},
    documents: true,
  })
  for await (const block of recording.reader.blocks()) {
    pipeline.consume(block)
    marks.afterBlock(pipeline)
  }
  const given = { recording, settings, keeper, checkpoints }
  const kept = new PastStates({ ...given, marks })
  const endSeq = pipeline.nextSeq
  const seqs = [0.9, 0.2, 0.21, 0.5, 0.1, 1].map((share) => Math.floor(share * endSeq))
  for (const seq of seqs) {
    const fresh = await new PastStates(given).withState(seq, printOf)
    expect(await kept.withState(seq, printOf)).toEqual(fresh)
    expect(await kept.withState(seq, printOf)).toEqual(fresh)
  }
})

test('many at once are answered one after the other, each with its own state', async () => {
  const { keeper } = served
  const endSeq = keeper.current().seq
  const seqs = Array.from({ length: 20 }, (_, index) => ((index * 7_919) % endSeq) + 1)
  const found = await Promise.all(seqs.map((seq) => keeper.withState(seq, (state) => state.seq)))
  expect(found).toEqual(seqs)
})

test('a capture that goes on finds the past that it had', async () => {
  const keeper = new StateKeeper('live', 'market')
  const { recording } = served
  const { signal } = new AbortController()
  const given = { recording, settings, keeper, nowUs: () => 0, signal }
  const pipeline = await loadRecentPast(given)
  expect(pipeline?.nextSeq).toBe(recording.reader.nextSeq)
  expect(printOf(keeper.current())).toEqual(printOf(served.keeper.current()))
  expect(namesOf(keeper)).toEqual(namesOf(served.keeper))
  const framesOf = (one: StateKeeper) => one.past.symbols.get('BTCUSDT')?.frames.before(1e9).length
  expect(framesOf(keeper)).toBe(framesOf(served.keeper))
})

test('of a long recording only the last hours are computed again, and counts are whole', async () => {
  const { recording } = served
  const key = checkpointKey(settings, recording.symbols, 0, true)
  const checkpoints = new CheckpointStore(recording.path, key)
  const middle = Math.floor(recording.reader.nextSeq / 2)
  const pipeline = new Pipeline({
    settings,
    symbols: recording.symbols,
    listener: {},
    documents: true,
  })
  for await (const block of recording.reader.blocks({ toSeq: middle })) {
    pipeline.consume(block, 0, Math.min(block.count, middle - block.firstSeq))
  }
  await checkpoints.write(middle, pipeline.toPlain())
  const keeper = new StateKeeper('live', 'market')
  const { signal } = new AbortController()
  const given = { recording, settings, keeper, nowUs: () => 0, signal, recentMs: 120_000 }
  await loadRecentPast(given)
  const frames = keeper.past.symbols.get('BTCUSDT')?.frames.before(1e9) ?? []
  expect(frames[0]?.seq).toBeGreaterThanOrEqual(middle)
  expect(frames.length).toBeGreaterThan(3)
  const countsOf = (one: StateKeeper) => {
    const { mark, past } = one.current()
    return Object.fromEntries(
      past.streams.map(({ symbol, channel }, place) => [
        `${symbol} ${channel}`,
        mark?.entryCounts[place],
      ]),
    )
  }
  expect(countsOf(keeper)).toEqual(countsOf(served.keeper))
  expect(keeper.current().seq).toBe(served.keeper.current().seq)
})
