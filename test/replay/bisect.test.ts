// Goal: where two recordings part is named, entry and state; and so is where a replay parts from its
// live run. Method: a simulated market is recorded several times, with one thing changed.
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Plain } from '../../src/base/canonical.ts'
import { simulateMarket } from '../../src/exchange/simulate-market.ts'
import { LevelJournal } from '../../src/journal/level-journal.ts'
import { MemoryJournal } from '../../src/journal/memory-journal.ts'
import type { EntryDraft } from '../../src/model/block.ts'
import { resolveSettings } from '../../src/pipeline/settings.ts'
import {
  bisectLive,
  bisectRecordings,
  type LiveDifference,
  type RecordingsDifference,
  settingsInForce,
} from '../../src/replay/bisect.ts'
import { firstDifferentEntry } from '../../src/replay/bisect-entries.ts'
import { compareStates } from '../../src/replay/bisect-state.ts'
import { CheckpointStore } from '../../src/replay/checkpoint-store.ts'
import { LiveRun } from '../../src/replay/live-run.ts'
import { openRecording } from '../../src/replay/recording.ts'
import { checkpointKey } from '../../src/replay/replay.ts'
import { StateKeeper } from '../../src/replay/state-keeper.ts'
import { entries } from '../kit/entries.ts'
import { stillTime, temporaryFolder } from '../kit/journals.ts'

const MARKET = {
  seed: 5,
  symbols: ['BTCUSDT', 'ETHUSDT'],
  startTimeMs: Date.UTC(2026, 0, 5),
  minutes: 4,
}
const settings = resolveSettings('standard')
const options = { nowUs: () => 0 }
const decoder = new TextDecoder()
const encoder = new TextEncoder()

type Change = (draft: EntryDraft, index: number) => EntryDraft | undefined

let folder: Awaited<ReturnType<typeof temporaryFolder>>
beforeAll(async () => {
  folder = await temporaryFolder()
  await record('a', (draft) => draft)
})
afterAll(() => folder[Symbol.asyncDispose]())

async function record(name: string, change: Change): Promise<void> {
  const journal = await LevelJournal.create(join(folder.path, name), stillTime)
  let index = 0
  for (const batch of simulateMarket(MARKET)) {
    for (const draft of batch) {
      const changed = change(draft, index)
      index += 1
      if (changed !== undefined) journal.append(changed)
    }
    await journal.flush()
  }
  await journal.close()
}

async function bisect(a: string, b: string): Promise<RecordingsDifference> {
  const one = await openRecording(join(folder.path, a))
  const other = await openRecording(join(folder.path, b))
  try {
    return await bisectRecordings(one, other, settings, options)
  } finally {
    await one.reader.close()
    await other.reader.close()
  }
}

/** The first trade of ETHUSDT after the middle, ten times as large. */
function inflate(): Change {
  let isDone = false
  return (draft, index) => {
    const isIt = draft.stream.symbol === 'ETHUSDT' && draft.stream.channel === 'aggTrade'
    if (isDone || !isIt || index < 2_500) return draft
    isDone = true
    const text = decoder.decode(draft.payload).replace(/"q":"(\d)/, '"q":"9$1')
    return { ...draft, payload: encoder.encode(text) }
  }
}

describe('two recordings', () => {
  test('that are equal have no difference', async () => {
    await record('same', (draft) => draft)
    expect(await bisect('a', 'same')).toMatchObject({ entry: null, message: null, minute: null })
  })

  test('with one payload altered: that entry, and what it did to the state', async () => {
    await record('inflated', inflate())
    const { entry, message, minute } = await bisect('a', 'inflated')
    expect(entry?.fields).toEqual(['payload'])
    expect(entry?.a).toMatchObject({ symbol: 'ETHUSDT', channel: 'aggTrade', seq: entry?.b?.seq })
    expect(entry?.a?.seq).toBeGreaterThanOrEqual(2_500)
    expect(entry?.a?.payload.replace(/"q":"/, '"q":"9')).toBe(entry?.b?.payload)
    expect(message).toEqual(entry)
    expect(minute?.symbol).toBe('ETHUSDT')
    const paths = minute?.state?.differences.map(({ path }) => path) ?? []
    expect(paths.some((path) => /takers|volume|history/.test(path))).toBe(true)
    expect(minute?.state?.differences.every(({ a, b }) => a !== b)).toBe(true)
  })

  test('of which one lacks an entry: the entries that then stand at its place', async () => {
    await record('lacking', (draft, index) => (index === 2_000 ? undefined : draft))
    const { entry } = await bisect('a', 'lacking')
    expect([entry?.a?.seq, entry?.b?.seq]).toEqual([2_000, 2_000])
  })

  test('of which one is shorter: nothing stands against its end', async () => {
    await record('short', (draft, index) => (index < 3_000 ? draft : undefined))
    const { entry, minute } = await bisect('a', 'short')
    expect(entry).toMatchObject({ a: { seq: 3_000 }, b: null, fields: [] })
    expect(minute).toMatchObject({ seqB: null, digestB: null, state: null })
  })

  test('received at other times say the same: entries differ, messages do not', async () => {
    await record('later', (draft) => ({ ...draft, recvTimeUs: draft.recvTimeUs + 7 }))
    const { entry, message } = await bisect('a', 'later')
    expect(entry).toMatchObject({ a: { seq: 0 }, b: { seq: 0 }, fields: ['times'] })
    expect(message).toBeNull()
  })

  test('are found to differ wherever the difference lies', async () => {
    const count = 13_000
    const journalOf = async (changedSeq: number): Promise<MemoryJournal> => {
      const journal = new MemoryJournal()
      for (const [index, draft] of entries(count).entries()) {
        journal.append(index === changedSeq ? { ...draft, connectionId: 77 } : draft)
      }
      await journal.flush()
      return journal
    }
    const whole = await journalOf(-1)
    for (const place of [0, 1, 4_095, 4_096, 4_097, 8_192, count - 1]) {
      const entry = await firstDifferentEntry(whole, await journalOf(place))
      expect(entry).toMatchObject({ a: { seq: place }, b: { seq: place }, fields: ['connection'] })
    }
  })
})

describe('a live run', () => {
  /** Records with engines behind the journal, as capture does; `change` alters digests on their way. */
  async function recordLive(name: string, change: (draft: EntryDraft) => EntryDraft) {
    const path = join(folder.path, name)
    const journal = await LevelJournal.create(path, stillTime)
    const writer = {
      append: (draft: EntryDraft) => journal.append(change(draft)),
      flush: () => journal.flush(),
      close: () => journal.close(),
      get durableSeq() {
        return journal.durableSeq
      },
      onDurable: (listener: Parameters<typeof journal.onDurable>[0]) => journal.onDurable(listener),
    }
    await LiveRun.start({
      settings,
      symbols: [],
      writer,
      nowUs: () => MARKET.startTimeMs * 1000,
      monoUs: () => 0,
      resume: undefined,
      checkpoints: new CheckpointStore(path, checkpointKey(settings, [], 0, true)),
      keeper: new StateKeeper('live', 'live'),
      onSnapshotWanted: () => {},
      onFailure: (error) => {
        throw error
      },
    })
    for (const batch of simulateMarket(MARKET)) {
      for (const draft of batch) journal.append(draft)
      await journal.flush()
    }
    await journal.close()
  }

  async function bisectOne(name: string): Promise<LiveDifference> {
    const recording = await openRecording(join(folder.path, name))
    try {
      expect(await settingsInForce(recording)).toEqual(settings)
      return await bisectLive(recording, options)
    } finally {
      await recording.reader.close()
    }
  }

  test('that a replay reproduces has no difference', async () => {
    await recordLive('live', (draft) => draft)
    expect(await bisectOne('live')).toMatchObject({ mismatch: null, checkpoint: null })
  })

  test('that a replay does not reproduce: the minute, where to look, and the state that live wrote', async () => {
    let count = 0
    await recordLive('astray', (draft) => {
      count += 1
      if (count < 3) return draft
      const text = decoder.decode(draft.payload).replace(/"digest":"./, '"digest":"x')
      return { ...draft, payload: encoder.encode(text) }
    })
    const path = join(folder.path, 'astray')
    const first = await bisectOne('astray')
    expect(first.mismatch?.recorded).toMatch(/^x/)
    expect(first.mismatch?.toSeq).toBeGreaterThan(first.mismatch?.fromSeq ?? Infinity)
    expect(first.checkpoint).toBeNull()
    const store = new CheckpointStore(path, checkpointKey(settings, [], 0, true))
    const at = (first.mismatch?.toSeq ?? 0) + 10
    await store.write(at, { nextSeq: at, venueEntryCount: -1 })
    const { checkpoint } = await bisectOne('astray')
    expect(checkpoint?.seq).toBe(at)
    const [difference] = checkpoint?.state.differences ?? []
    expect(difference).toMatchObject({ path: 'venueEntryCount', a: '-1' })
  })

  test('without digests is nothing to compare', async () => {
    await expect(bisectOne('a')).rejects.toThrow(/holds no digest of this version/)
  })
})

describe('two states', () => {
  const a: Plain = {
    list: [1, { size: 2 }],
    floats: new Float64Array([1, -0]),
    map: new Map<Plain, Plain>([[5, 'x']]),
    gone: null,
  }

  test('that are equal have no difference', () => {
    expect(compareStates(a, a, 5)).toEqual({ differences: [], differenceCount: 0 })
  })

  test('that differ are told apart by paths, in lists, maps and numbers', () => {
    const b: Plain = {
      list: [1, { size: 3 }, 9],
      floats: new Float64Array([1, 0]),
      map: new Map<Plain, Plain>([[5, 'y']]),
    }
    expect(compareStates(a, b, 10).differences).toEqual([
      { path: 'list[1].size', a: '2', b: '3' },
      { path: 'list[2]', a: 'absent', b: '9' },
      { path: 'floats[1]', a: '-0', b: '0' },
      { path: 'map{5}', a: '"x"', b: '"y"' },
      { path: 'gone', a: 'null', b: 'absent' },
    ])
  })

  test('that differ in much are counted, and some differences are named', () => {
    const many = (value: number): Plain => Array.from({ length: 50 }, () => value)
    expect(compareStates(many(1), many(2), 3)).toMatchObject({
      differenceCount: 50,
      differences: [{ path: '[0]' }, { path: '[1]' }, { path: '[2]' }],
    })
  })
})
