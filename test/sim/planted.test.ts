// Goal: each checker of the simulation is seen to fail. Method: a bug of its kind stands between the
// recorder and its journal, its disk or its world; the same seed without the bug passes.
import { describe, expect, test } from 'vitest'
import type { World } from '../../src/capture/world.ts'
import type { JournalWriter } from '../../src/journal/journal.ts'
import type { Block, EntryDraft } from '../../src/model/block.ts'
import { type CheckerName, simulate } from './check.ts'
import { type FaultPlan, NO_FRAME_FAULTS, type PlannedFault } from './faults.ts'
import type { SimulationOptions } from './simulation.ts'

const encoder = new TextEncoder()
const decoder = new TextDecoder()

const planOf = (faults: readonly PlannedFault[], drop = 0): FaultPlan => ({
  frames: { ...NO_FRAME_FAULTS, drop },
  faults,
})
const CUT: PlannedFault = { kind: 'cut', atMs: 20_000, route: '/market' }
const BASE = {
  seed: 11,
  lengthMs: 100_000,
  symbols: ['BTCUSDT'],
  activity: 1,
  capture: { connections: 1, pendingBytesMax: 20_000, connectionAgeMsMax: 85_200_000 },
} as const

/** A journal whose drafts go through `change` first; nothing: the draft is lost. */
const changing =
  (change: (draft: EntryDraft) => EntryDraft | undefined) =>
  (writer: JournalWriter): JournalWriter => ({
    append: (draft) => {
      const changed = change(draft)
      return changed === undefined ? -1 : writer.append(changed)
    },
    flush: () => writer.flush(),
    get durableSeq() {
      return writer.durableSeq
    },
    onDurable: (listener) => writer.onDurable(listener),
    close: () => writer.close(),
  })

const isFact = ({ stream }: EntryDraft, channel: string): boolean =>
  stream.venue === 'recorder' && stream.channel === channel

const rewritten = (draft: EntryDraft, from: RegExp, to: string): EntryDraft => ({
  ...draft,
  payload: encoder.encode(decoder.decode(draft.payload).replace(from, to)),
})

async function expectFound(
  checker: CheckerName,
  problem: RegExp,
  plan: FaultPlan,
  bug: Partial<SimulationOptions>,
): Promise<void> {
  const honest = await simulate({ ...BASE, plan })
  expect(honest.violations).toEqual([])
  const { violations } = await simulate({ ...BASE, plan, ...bug })
  const found = violations.filter((violation) => violation.checker === checker)
  expect(found.map((violation) => violation.problem).join('\n')).toMatch(problem)
}

describe('a checker of what is acknowledged finds', () => {
  test('a block that was called durable and is gone', async () => {
    const plantDisk = (block: Block) => (block.firstSeq > 200 && once() ? undefined : block)
    const once = onceOnly()
    await expectFound('acknowledged', /acknowledged entries from \d+ are lost/, planOf([]), {
      plantDisk,
    })
  })

  test('a byte that changed on the disk', async () => {
    const once = onceOnly()
    const plantDisk = (block: Block): Block => {
      if (block.firstSeq < 200 || !once()) return block
      const bytes = block.bytes.slice()
      bytes[bytes.length >> 1] = 0
      return { ...block, bytes }
    }
    await expectFound('acknowledged', /is not the one that was acknowledged/, planOf([]), {
      plantDisk,
    })
  })

  test('a frame that the recorder did not write down', async () => {
    const plantWriter = changing((draft) => (draft.stream.channel === 'trade' ? undefined : draft))
    await expectFound('acknowledged', /a frame was not appended/, planOf([]), { plantWriter })
  })
})

describe('a checker of losses finds', () => {
  test('a gap with a wrong cause', async () => {
    const plantWriter = changing((draft) =>
      isFact(draft, 'gap') ? rewritten(draft, /"disconnect"/, '"silence"') : draft,
    )
    await expectFound('losses', /told as silence at \d+, was disconnect/, planOf([CUT]), {
      plantWriter,
    })
  })

  test('a gap that is not told', async () => {
    const plantWriter = changing((draft) => (isFact(draft, 'gap') ? undefined : draft))
    await expectFound('losses', /lost, and no gap says so/, planOf([CUT]), { plantWriter })
  })

  test('ids that are missing and not told', async () => {
    const plantWriter = changing((draft) => (isFact(draft, 'missing') ? undefined : draft))
    await expectFound('losses', /neither gap nor missing ids say so/, planOf([], 0.01), {
      plantWriter,
    })
  })

  test('more ids told as missing than are', async () => {
    const plantWriter = changing((draft) =>
      isFact(draft, 'missing') ? rewritten(draft, /"missingCount":/, '"missingCount":1') : draft,
    )
    await expectFound('losses', /ids missing between/, planOf([], 0.01), { plantWriter })
  })

  test('a gap of nothing', async () => {
    const plantWriter = changing((draft) => {
      if (!isFact(draft, 'ack')) return draft
      const gap = {
        cause: 'silence',
        symbol: '',
        channel: '',
        fromTimeMs: 1,
        toTimeMs: 2,
        missingCount: 0,
        streams: ['btcusdt@aggTrade'],
      }
      const stream = { ...draft.stream, channel: 'gap' }
      return { ...draft, stream, payload: encoder.encode(JSON.stringify(gap)) }
    })
    await expectFound('losses', /is of nothing that happened/, planOf([]), { plantWriter })
  })

  test('a stream called dead that speaks', async () => {
    const plantWriter = changing((draft) => {
      if (!isFact(draft, 'clockOffset')) return draft
      const alarm = {
        event: 'raised',
        kind: 'silence',
        level: 'dead',
        symbol: 'BTCUSDT',
        channel: 'aggTrade',
        subject: 'btcusdt@aggTrade',
        reason: 'planted',
        sinceTimeMs: 1,
      }
      const stream = { ...draft.stream, channel: 'alarm' }
      return { ...draft, stream, payload: encoder.encode(JSON.stringify(alarm)) }
    })
    await expectFound('losses', /is called dead at \d+, and nothing happened/, planOf([]), {
      plantWriter,
    })
  })
})

describe('a checker of the state finds', () => {
  test('a level of the book that is not the venue’s', async () => {
    let count = 0
    const plantWriter = changing((draft) => {
      if (draft.stream.channel !== 'depth') return draft
      count += 1
      return count % 40 === 0
        ? rewritten(draft, /"(\d+)\.(\d{3})"\]/, '"$1.$2"],["77.70","1.000"]')
        : draft
    })
    await expectFound('state', /the book at id \d+ is not the venue's/, planOf([]), { plantWriter })
  })

  test('a trade that counts in no minute', async () => {
    let count = 0
    const plantWriter = changing((draft) => {
      if (draft.stream.channel !== 'aggTrade') return draft
      count += 1
      return count % 10 === 0 ? undefined : draft
    })
    await expectFound('state', /the venue counted/, planOf([]), {
      plantWriter,
      lengthMs: 200_000,
    })
  })
})

test('a checker of digests finds one that a replay does not give', async () => {
  const plantWriter = changing((draft) =>
    isFact(draft, 'digest') ? rewritten(draft, /"digest":"./, '"digest":"x') : draft,
  )
  await expectFound('digests', /minute \d+: the digest differs/, planOf([]), { plantWriter })
})

describe('a checker of memory finds', () => {
  const stall: PlannedFault = { kind: 'diskStall', atMs: 5_000, endMs: 95_000 }

  test('sockets that are read on while the disk stands still', async () => {
    const plantWorld = (world: World): World => ({
      ...world,
      openSocket: (url, handlers) => ({ ...world.openSocket(url, handlers), pause: () => {} }),
    })
    const plan = planOf([stall])
    await expectFound('memory', /bytes that wait for the disk/, plan, { plantWorld })
  })

  test('timers that nobody cancels', async () => {
    const plantWorld = (world: World): World => ({
      ...world,
      setTimer: (waitMs, task) => {
        for (let copy = 0; copy < 20; copy += 1) world.setTimer(1e9, () => {})
        return world.setTimer(waitMs, task)
      },
    })
    await expectFound('memory', /timers, where/, planOf([]), { plantWorld })
  })
})

test('a checker of limits finds requests that the venue had forbidden', async () => {
  const plan = planOf([{ kind: 'rest', atMs: 15_000, endMs: 40_000, fault: '429' }])
  const plantWorld = (world: World): World => ({
    ...world,
    request: async (url, timeoutMs, signal) => {
      const reply = await world.request(url, timeoutMs, signal)
      return { ...reply, status: 200, headers: {} }
    },
  })
  await expectFound('limits', /requests while the venue wanted none/, plan, { plantWorld })
})

/** True the first time. */
function onceOnly(): () => boolean {
  let isDone = false
  return () => {
    const isFirst = !isDone
    isDone = true
    return isFirst
  }
}
