// Streams that fall silent beside others that do not, and markets that are merely quiet.
import { describe, expect, test } from 'vitest'
import { MemoryJournal } from '../../src/journal/memory-journal.ts'
import type { EntryDraft } from '../../src/model/block.ts'
import { type FactOf, parseFact } from '../../src/model/facts.ts'
import { FakeWorld } from './fake-world.ts'
import { captureSettings, Rig } from './rig.ts'

/** Every 100 ms each stream of a contract speaks, but liquidations, which come each minute. */
function busyWorld(): FakeWorld {
  const world = new FakeWorld()
  world.pace = (stream, beat) => {
    if (stream.includes('orceOrder')) return beat % 600 === 0
    return stream.includes('markPrice') ? beat % 10 === 0 : true
  }
  return world
}

async function alarmAfter(stream: string, lengthMs: number, world = busyWorld()): Promise<Rig> {
  const rig = new Rig({}, world)
  await rig.world.pass(120_000)
  rig.world.mute.add(stream)
  await rig.world.pass(lengthMs)
  return rig
}

describe('a stream that falls silent while its contract moves', () => {
  test.each([
    'btcusdt@depth@100ms',
    'btcusdt@bookTicker',
    'btcusdt@trade',
    'ethusdt@aggTrade',
    'ethusdt@markPrice@1s',
  ])('is reported as dead within 10 s: %s', async (stream) => {
    const rig = await alarmAfter(stream, 9_900)
    expect(rig.alarms).toEqual([`silence dead ${stream}`])
    rig.world.mute.clear()
    await rig.world.pass(2_200)
    expect(rig.alarms).toEqual([])
    const facts = await rig.facts('alarm')
    expect(facts.map(({ event, subject }) => [event, subject])).toEqual([
      ['raised', stream],
      ['cleared', stream],
    ])
    expect((await rig.facts('gap')).map(({ cause, streams }) => [cause, ...streams])).toEqual([
      ['silence', stream],
    ])
  })

  test('is tried to be cured by a new connection, without a gap of the others', async () => {
    const rig = await alarmAfter('btcusdt@trade', 20_000)
    const { handovers, unprovedHandovers, missingIds } = rig.capture.health().counters
    expect([handovers, unprovedHandovers, missingIds]).toEqual([1, 0, 0])
    expect(await rig.facts('gap')).toEqual([])
  })

  test('says why, per stream, with how long it is silent', async () => {
    const rig = await alarmAfter('btcusdt@aggTrade', 9_900)
    const stream = rig.capture.health().streams.find((one) => one.level === 'dead')
    expect(stream).toMatchObject({
      stream: 'btcusdt@aggTrade',
      route: '/market',
      reason: 'silent while btcusdt@trade moved, which cannot be',
      silentMs: 9_900,
    })
    expect(rig.capture.health().state).toBe('degraded')
  })
})

describe('a subscription that is acknowledged and silent', () => {
  test.each([
    'btcusdt@depth@100ms',
    'btcusdt@bookTicker',
    'btcusdt@trade',
    'ethusdt@aggTrade',
    'ethusdt@markPrice@1s',
  ])('from the first moment on is reported within 10 s: %s', async (stream) => {
    const world = busyWorld()
    world.mute.add(stream)
    const rig = new Rig({}, world)
    await rig.world.pass(10_000)
    expect(rig.silentStreams).toEqual([stream])
  })

  test('of a stream that no document promises is said, and no reason to worry', async () => {
    const world = busyWorld()
    world.mute.add('btcusdt@trade')
    const rig = new Rig({}, world)
    await rig.world.pass(20_000)
    expect(rig.alarms).toEqual(['silence stale btcusdt@trade'])
    expect(rig.capture.health().state).toBe('ok')
    expect(rig.capture.health().counters.handovers).toBe(0)
  })

  test('on a route that was retired: every stream of it, liquidations too, and none of the other', async () => {
    const world = busyWorld()
    const retired = ['btcusdt', 'ethusdt'].flatMap((symbol) =>
      ['aggTrade', 'markPrice@1s', 'forceOrder'].map((kind) => `${symbol}@${kind}`),
    )
    for (const stream of [...retired, '!forceOrder@arr']) world.mute.add(stream)
    const rig = new Rig({}, world)
    await rig.world.pass(10_000)
    expect(rig.silentStreams).toEqual([...retired, '!forceOrder@arr'])
    const { reason } = rig.capture
      .health()
      .streams.find(({ stream }) => stream === 'btcusdt@forceOrder') ?? { reason: '' }
    expect(reason).toBe(
      'nothing comes over its connection, not even btcusdt@markPrice@1s: a broken route, no quiet market',
    )
  })
})

describe('liquidations', () => {
  const liquidation = (stream: string, seconds: number) => (asked: string, beat: number) =>
    asked === stream ? beat % (seconds * 10) === 0 : !asked.includes('orceOrder')

  test('that do not come are no alarm, however long, but for those of all markets', async () => {
    const world = new FakeWorld(() => 0.5, 1_000)
    world.pace = (stream) => !stream.includes('orceOrder')
    const rig = new Rig({ writer: new FactJournal(), settings: UNBOUNDED }, world)
    await rig.world.pass(5.9 * 3_600_000)
    expect(rig.alarms).toEqual([])
    const own = rig.capture.health().streams.find(({ stream }) => stream === 'btcusdt@forceOrder')
    expect([own?.level, own?.reason]).toEqual(['quiet', 'no liquidation, as is normal'])
    await rig.world.pass(0.2 * 3_600_000)
    expect(rig.alarms).toEqual(['silence stale !forceOrder@arr'])
  })

  test('that only the stream of all markets names prove that of the contract dead', async () => {
    const world = new FakeWorld()
    world.pace = liquidation('!forceOrder@arr', 2)
    const rig = new Rig({}, world)
    await rig.world.pass(15_000)
    expect(rig.alarms).toEqual(['silence dead btcusdt@forceOrder'])
  })

  test('that only the stream of the contract names prove that of all markets dead', async () => {
    const world = new FakeWorld()
    world.pace = liquidation('ethusdt@forceOrder', 2)
    const rig = new Rig({}, world)
    await rig.world.pass(15_000)
    expect(rig.alarms).toEqual(['silence dead !forceOrder@arr'])
  })
})

describe('a connection that is down', () => {
  test('proves nothing by what moved meanwhile, where the market is quiet after it', async () => {
    const world = new FakeWorld(() => 1)
    world.pace = (stream, beat) => {
      if (!/@(agg)?trade$/i.test(stream)) return !stream.includes('orceOrder')
      return beat <= 10 || (beat >= 50 && beat <= 54)
    }
    const rig = new Rig({ symbols: ['BTCUSDT'] }, world)
    await rig.world.pass(4_950)
    rig.world.cutOne(1)
    await rig.world.pass(20_000)
    expect((await rig.facts('missing')).map(({ channel }) => channel)).toEqual([])
    expect((await rig.ofChannel('trade')).length - (await rig.ofChannel('aggTrade')).length).toBe(5)
    expect(rig.alarms).toEqual([])
  })

  test('is an alarm of its streams when it does not heal within 10 s', async () => {
    const rig = new Rig({}, busyWorld())
    await rig.world.pass(30_000)
    rig.world.cut()
    await rig.world.pass(3_000)
    expect(rig.alarms).toEqual([])
    rig.world.refusing = true
    rig.world.cut()
    await rig.world.pass(10_000)
    expect(rig.silentStreams.length).toBe(13)
    rig.world.refusing = false
    await rig.world.pass(62_000)
    expect(rig.alarms).toEqual([])
  })
})

/** A journal that makes nothing durable must not hold capture up. */
const UNBOUNDED = captureSettings({ pendingBytesMax: 2 ** 50, engineBacklogBytes: 2 ** 50 })

/** Keeps facts only: a weekend of frames is more than memory should hold. */
class FactJournal extends MemoryJournal {
  readonly seen: { readonly channel: string; readonly payload: Uint8Array }[] = []
  #seq = 0

  override append({ stream, payload }: EntryDraft): number {
    if (stream.venue === 'recorder') {
      this.seen.push({ channel: stream.channel, payload: payload.slice() })
    }
    this.#seq += 1
    return this.#seq
  }

  alarms(): readonly FactOf<'alarm'>[] {
    return this.seen
      .filter(({ channel }) => channel === 'alarm')
      .map(({ payload }) => parseFact('alarm', payload))
      .filter((fact) => fact !== undefined)
  }
}

/** The same numbers on every machine. */
function seededRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

/**
 * A market of three contracts, of which each is quieter than the one before; at night all are four
 * times as quiet. A trade shows in both streams of trades, in the best prices and in the book.
 */
function enactWeekend(world: FakeWorld, seed: number): void {
  const random = seededRandom(seed)
  const tradesPerSecond: Readonly<Record<string, number>> = {
    btcusdt: 0.9,
    ethusdt: 0.4,
    thinusdt: 1 / 90,
  }
  const moves = new Map<string, { beat: number; trade: boolean; ticker: boolean; depth: boolean }>()
  let bursts = 0
  const moveOf = (symbol: string, beat: number) => {
    const known = moves.get(symbol)
    if (known?.beat === beat) return known
    const isNight = Math.floor(beat / 21_600) % 2 === 1
    const rate = (tradesPerSecond[symbol] ?? 0) / (isNight ? 4 : 1)
    // A thin contract trades in bursts, after which it is as quiet as before.
    if (symbol === 'thinusdt' && random() < rate / 10) bursts = 20
    const isBurst = symbol === 'thinusdt' && bursts > 0
    if (isBurst) bursts -= 1
    const trade = isBurst || random() < rate
    const ticker = trade || random() < Math.max(0.1, rate * 3)
    const depth = ticker || random() < 0.8
    const move = { beat, trade, ticker, depth }
    moves.set(symbol, move)
    return move
  }
  const forced = { symbol: '', beat: 0 }
  world.pace = (stream, beat) => {
    const [symbol = ''] = stream.split('@')
    if (stream === '!forceOrder@arr') return forced.beat === beat || random() < 1 / 240
    if (stream.endsWith('@forceOrder')) {
      if (random() > 1 / 20_000) return false
      Object.assign(forced, { symbol, beat })
      return true
    }
    if (stream.includes('@markPrice')) return true
    const move = moveOf(symbol, beat)
    if (stream.includes('@depth')) return move.depth
    return stream.endsWith('@bookTicker') ? move.ticker : move.trade
  }
  world.disguise = (payload, stream) => {
    if (stream !== '!forceOrder@arr') return payload
    const isOurs = forced.beat === Math.round(world.timeMs / 1_000)
    const symbol = isOurs ? forced.symbol.toUpperCase() : 'XRPUSDT'
    return payload.replace(/"s":"[A-Z]+"/, `"s":"${symbol}"`)
  }
}

// Goal: no false alarm, and no false gap. Method: two days of a quiet market in virtual time, with the
// rotation of connections and two cuts in them.
test.each([3])(
  'a quiet weekend raises no alarm (seed %i)',
  async (seed) => {
    const world = new FakeWorld(() => 0.5, 1_000)
    enactWeekend(world, seed)
    const journal = new FactJournal()
    const symbols = ['BTCUSDT', 'ETHUSDT', 'THINUSDT']
    const rig = new Rig({ symbols, writer: journal, settings: UNBOUNDED }, world)
    for (let part = 0; part < 3; part += 1) {
      await rig.world.pass(16 * 3_600_000)
      if (part < 2) rig.world.cut()
    }
    expect(journal.alarms().map(({ subject, reason }) => `${subject}: ${reason}`)).toEqual([])
    expect(journal.seen.filter(({ channel }) => channel === 'gap').length).toBe(4)
  },
  120_000,
)
