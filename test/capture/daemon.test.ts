// The real daemon in a simulated world: order, timing and loss. Every wait is virtual time.
import { describe, expect, test } from 'vitest'
import { RecorderError } from '../../src/base/errors.ts'
import { RequestFailure } from '../../src/capture/world.ts'
import { MemoryJournal } from '../../src/journal/memory-journal.ts'
import type { EntryDraft } from '../../src/model/block.ts'
import { parseFact } from '../../src/model/facts.ts'
import { FakeWorld, START_WALL_MS } from './fake-world.ts'
import { captureSettings, Rig } from './rig.ts'

const idOf = (text: string): number => Number(/"a":(\d+)/.exec(text)?.[1])

describe('a quiet day', () => {
  test('begins with what was started and the settings in force', async () => {
    const rig = new Rig()
    await rig.world.pass(10)
    const [start, settings, ...rest] = await rig.entries()
    expect(start?.text).toBe(
      '{"runId":"run-1","version":"0.0.0","venue":"binance","symbols":["BTCUSDT","ETHUSDT"],"urls":["wss://fstream.binance.com","https://fapi.binance.com"]}',
    )
    expect(settings?.text).toBe('{"profile":"standard","settings":{"pipeline.clock":"exchange"}}')
    expect(rest.map(({ stream }) => stream.channel)).toEqual(['subscribe', 'subscribe'])
  })

  test('journals each frame with its bytes, its times and its connection', async () => {
    const rig = new Rig()
    await rig.world.pass(250)
    const [first] = await rig.ofChannel('depth', 'BTCUSDT')
    expect(first).toMatchObject({
      stream: { venue: 'binance', symbol: 'BTCUSDT', channel: 'depth' },
      recvTimeUs: (START_WALL_MS + 100) * 1000,
      monoTimeUs: 100_000,
      venueTimeMs: START_WALL_MS + 220,
      connectionId: 1,
      text: `{"stream":"btcusdt@depth@100ms","data":{"e":"depthUpdate","E":${START_WALL_MS + 220},"T":${START_WALL_MS + 220},"s":"BTCUSDT","U":1,"u":10,"pu":0,"b":[["1.0","2.0"]],"a":[]}}`,
    })
  })

  test('resolves once each route was accepted', async () => {
    const rig = new Rig()
    let connected = false
    void rig.capture.connected.then(() => {
      connected = true
    })
    await rig.world.pass(10)
    expect(connected).toBe(false)
    await rig.world.pass(20)
    expect(connected).toBe(true)
  })

  test('polls each endpoint at its interval and keeps status and rate headers', async () => {
    const rig = new Rig()
    await rig.world.pass(125_000)
    const countOf = (path: string): number =>
      rig.world.requests.filter((request) => request.path === path).length
    expect(countOf('/fapi/v1/openInterest')).toBe(26)
    expect(countOf('/futures/data/globalLongShortAccountRatio')).toBe(6)
    expect(countOf('/fapi/v1/exchangeInfo')).toBe(1)
    const [reply] = await rig.ofChannel('openInterest', 'ETHUSDT')
    expect(reply?.http).toEqual({ status: 200, headers: { 'x-mbx-used-weight-1m': '7' } })
    expect(reply?.venueTimeMs).toBeGreaterThan(START_WALL_MS)
  })

  test('asks for a snapshot of a book after its first depth frame, and each five minutes', async () => {
    const rig = new Rig()
    await rig.world.pass(400_000)
    const snapshots = rig.world.requests.filter(({ url }) =>
      url.endsWith('/fapi/v1/depth?symbol=BTCUSDT&limit=1000'),
    )
    expect(snapshots.map(({ atMs }) => atMs)).toEqual([100, 300_100])
    const all = await rig.entries()
    const channels = all
      .filter(({ stream }) => stream.symbol === 'BTCUSDT')
      .map((e) => e.stream.channel)
    expect(channels.indexOf('depth')).toBeLessThan(channels.indexOf('depthSnapshot'))
  })

  test('ends within its time, with the reason, and nothing comes after', async () => {
    const rig = new Rig()
    await rig.world.pass(1_000)
    await rig.capture.stop('asked')
    const last = (await rig.entries()).at(-1)
    expect(last?.text).toBe('{"runId":"run-1","reason":"asked"}')
    await rig.world.pass(60_000)
    expect((await rig.entries()).at(-1)?.seq).toBe(last?.seq)
    expect(rig.world.openSockets).toEqual([])
  })
})

describe('liquidations', () => {
  test('of a captured symbol come from its own stream; that of all markets is a witness', async () => {
    const rig = new Rig()
    await rig.world.pass(450)
    const own = await rig.ofChannel('forceOrder', 'BTCUSDT')
    const witness = await rig.ofChannel('forceOrderAll', 'BTCUSDT')
    expect(own.map(({ text }) => text.slice(0, 31))).toEqual(
      own.map(() => '{"stream":"btcusdt@forceOrder",'),
    )
    expect([own.length, witness.length]).toEqual([4, 2])
  })

  test('of coin-margined contracts, which came with the merger of 2026-06-30, are kept and counted', async () => {
    const rig = new Rig({ symbols: ['BTCUSDT'] })
    // By hand from `binance-today.md`: no real frame with `st` is at hand.
    rig.world.disguise = (payload, stream) => {
      if (stream !== '!forceOrder@arr') return payload
      const isOurs = payload.includes('BTCUSDT')
      const merged = payload.replace(/\}$/, isOurs ? ',"st":1}' : ',"st":2,"ps":"XRPUSD"}')
      return isOurs ? merged : merged.replace('XRPUSDT', 'XRPUSD_PERP')
    }
    await rig.world.pass(1_000)
    expect((await rig.ofChannel('forceOrder', 'XRPUSD_PERP')).length).toBe(5)
    expect((await rig.ofChannel('forceOrderAll', 'BTCUSDT')).length).toBe(5)
    expect(rig.capture.health().counters.coinMargined).toBe(5)
    expect(await rig.facts('drift')).toEqual([])
  })

  test('of other symbols stand under the symbol that the payload names', async () => {
    const rig = new Rig()
    await rig.world.pass(450)
    const foreign = await rig.ofChannel('forceOrder', 'XRPUSDT')
    expect(foreign.length).toBe(2)
    expect(foreign[0]?.venueTimeMs).toBe(START_WALL_MS + 220)
  })
})

describe('interruptions', () => {
  test('a cut is a disconnect and, with the first frame after, a gap that names its streams', async () => {
    const rig = new Rig()
    await rig.world.pass(5_050)
    rig.world.cut()
    await rig.world.pass(2_000)
    const gaps = await rig.facts('gap')
    expect(gaps.map(({ cause }) => cause)).toEqual(['disconnect', 'disconnect'])
    expect(gaps[0]).toMatchObject({
      symbol: '',
      channel: '',
      fromTimeMs: START_WALL_MS + 5_000,
      streams: [
        'btcusdt@depth@100ms',
        'btcusdt@bookTicker',
        'btcusdt@trade',
        'ethusdt@depth@100ms',
        'ethusdt@bookTicker',
        'ethusdt@trade',
      ],
    })
    expect(await rig.facts('disconnect')).toMatchObject([
      { connectionId: 1, route: '/public', code: 1006, reason: 'cut' },
      { connectionId: 2, route: '/market', code: 1006, reason: 'cut' },
    ])
  })

  test('every id that is missing lies within a gap that stands before the next id', async () => {
    const rig = new Rig()
    for (let cut = 0; cut < 5; cut += 1) {
      await rig.world.pass(3_030)
      rig.capture.disconnectAll()
    }
    await rig.world.pass(3_000)
    const trail = (await rig.entries())
      .filter(({ stream: { channel, symbol }, text }) =>
        channel === 'gap'
          ? text.includes('btcusdt@aggTrade')
          : channel === 'aggTrade' && symbol === 'BTCUSDT',
      )
      .map(({ stream, text }) => (stream.channel === 'gap' ? 'gap' : idOf(text)))
    const holes = trail.filter((id, index) => {
      const before = trail[index - 1]
      return typeof id === 'number' && typeof before === 'number' && id !== before + 1
    })
    expect(holes).toEqual([])
    expect((await rig.facts('gap')).length).toBe(10)
    expect(trail.at(-1)).toBe(rig.world.sentCounts.get('btcusdt@aggTrade'))
  })

  test('after a cut each book gets a snapshot at once', async () => {
    const rig = new Rig()
    await rig.world.pass(20_000)
    rig.world.cut()
    await rig.world.pass(3_000)
    expect((await rig.ofChannel('depthSnapshot', 'ETHUSDT')).length).toBe(2)
  })

  test('waits twice as long after each attempt that failed, up to the longest wait', async () => {
    const rig = new Rig({ symbols: ['BTCUSDT'] }, new FakeWorld(() => 1))
    await rig.world.pass(1_000)
    rig.world.refusing = true
    rig.world.cut()
    const before = rig.world.sockets.length
    await rig.world.pass(200_000)
    // One attempt takes 20 ms to be refused; waits are 0.5, 1, 2, 4, 8, 16, 30, 30, … s.
    const attempts = (rig.world.sockets.length - before) / 2
    expect(attempts).toBe(6 + Math.floor((200_000 - 31_500) / 30_000))
    rig.world.refusing = false
    await rig.world.pass(31_000)
    expect(rig.world.openSockets.length).toBe(2)
    expect((await rig.facts('gap')).map(({ fromTimeMs }) => fromTimeMs)).toEqual([
      START_WALL_MS + 1_000,
      START_WALL_MS + 1_000,
    ])
  })

  test('a connection that says nothing is given up, and the gap says silence', async () => {
    const rig = new Rig()
    await rig.world.pass(5_000)
    const streams = rig.capture.plan.connections[1]?.streams ?? []
    for (const { name } of streams) rig.world.mute.add(name)
    await rig.world.pass(30_000)
    rig.world.mute.clear()
    await rig.world.pass(30_000)
    const gaps = await rig.facts('gap')
    expect(gaps.map(({ cause }) => cause)).toEqual(['silence'])
    expect(gaps[0]?.fromTimeMs).toBe(START_WALL_MS + 5_000)
    expect((await rig.facts('disconnect'))[0]?.reason).toBe('none of its streams delivers')
  })

  test('one stream that falls silent beside others is seen within its time, and is a gap', async () => {
    const rig = new Rig()
    await rig.world.pass(5_000)
    rig.world.mute.add('ethusdt@markPrice@1s')
    await rig.world.pass(12_000)
    expect(rig.silentStreams).toEqual(['ethusdt@markPrice@1s'])
    rig.world.mute.clear()
    await rig.world.pass(1_200)
    expect(rig.silentStreams).toEqual([])
    expect(await rig.facts('gap')).toEqual([
      {
        cause: 'silence',
        symbol: 'ETHUSDT',
        channel: 'markPrice',
        fromTimeMs: START_WALL_MS + 5_000,
        toTimeMs: START_WALL_MS + 17_100,
        missingCount: 0,
        streams: ['ethusdt@markPrice@1s'],
      },
    ])
  })

  test('after a cut each stream has its whole time to speak again', async () => {
    const rig = new Rig({ settings: captureSettings({ retryMsMax: 1_000 }) })
    await rig.world.pass(5_000)
    rig.world.refusing = true
    rig.world.cut()
    await rig.world.pass(60_000)
    rig.world.mute.add('ethusdt@markPrice@1s')
    rig.world.refusing = false
    await rig.world.pass(6_000)
    expect(rig.capture.health().links[1]?.connected).toBe(true)
    expect(rig.alarms).toEqual([])
  })

  test('an outage of the recorder is a gap from the last entry to the start', async () => {
    const rig = new Rig({ resumeTimeMs: START_WALL_MS - 90_000 })
    await rig.world.pass(10)
    expect(await rig.facts('gap')).toMatchObject([
      { cause: 'outage', fromTimeMs: START_WALL_MS - 90_000, toTimeMs: START_WALL_MS },
    ])
  })

  test('a capture that ends while a connection is down says so', async () => {
    const rig = new Rig()
    await rig.world.pass(5_000)
    rig.world.refusing = true
    rig.world.cut()
    await rig.world.pass(60_000)
    await rig.capture.stop()
    expect(await rig.facts('gap')).toMatchObject([
      { cause: 'disconnect', toTimeMs: START_WALL_MS + 65_000 },
      { cause: 'disconnect', toTimeMs: START_WALL_MS + 65_000 },
    ])
  })
})

describe('the age limit of a connection', () => {
  const settings = captureSettings({ connectionAgeMsMax: 60_000 })

  test('is met by a new connection before the old one goes: no id is missing and no gap stands', async () => {
    const rig = new Rig({ settings })
    await rig.world.pass(200_000)
    const ids = new Set((await rig.ofChannel('aggTrade', 'BTCUSDT')).map(({ text }) => idOf(text)))
    expect(ids.size).toBe(2_000)
    expect(await rig.facts('gap')).toEqual([])
    expect((await rig.facts('disconnect')).length).toBe(6)
    expect(rig.world.openSockets.length).toBe(2)
  })

  test('gives no liquidation twice while both connections deliver', async () => {
    const rig = new Rig({ settings })
    await rig.world.pass(70_000)
    const times = (await rig.ofChannel('forceOrder', 'BTCUSDT')).map(
      ({ venueTimeMs }) => venueTimeMs,
    )
    expect(new Set(times).size).toBe(times.length)
    expect(times.length).toBe(700)
  })

  test('does not end a connection whose successor cannot be had', async () => {
    const rig = new Rig({ settings })
    await rig.world.pass(1_000)
    rig.world.refusing = true
    await rig.world.pass(90_000)
    rig.world.refusing = false
    await rig.world.pass(60_000)
    expect(await rig.facts('gap')).toEqual([])
    expect(rig.world.openSockets.length).toBe(2)
  })
})

describe('requests', () => {
  const refusal = (status: number, headers: Readonly<Record<string, string>>) => ({
    status,
    headers,
    body: new TextEncoder().encode('{"code":-1003,"msg":"Too many requests."}'),
  })

  test('after 429 nothing is sent until Retry-After is over, and the refusal is journaled', async () => {
    const rig = new Rig()
    await rig.world.pass(20_000)
    rig.world.answer = () => refusal(429, { 'retry-after': '45' })
    await rig.world.pass(11_000)
    rig.world.answer = () => undefined
    const sent = rig.world.requests.length
    await rig.world.pass(30_000)
    expect(rig.world.requests.length).toBe(sent)
    await rig.world.pass(20_000)
    expect(rig.world.requests.length).toBeGreaterThan(sent)
    const refused = (await rig.entries()).filter(({ http }) => http?.status === 429)
    expect(refused[0]?.http?.headers).toEqual({ 'retry-after': '45' })
    expect(rig.capture.health().counters.refusedRequests).toBe(refused.length)
  })

  test('a request without a reply is a disconnect fact that names the path and the error', async () => {
    const rig = new Rig()
    rig.world.answer = (path) =>
      path === '/fapi/v1/openInterest'
        ? new RequestFailure('TIMEOUT', 'no reply in 10000 ms', undefined)
        : undefined
    await rig.world.pass(3_000)
    const [fact] = await rig.facts('disconnect')
    expect(fact).toEqual({
      connectionId: 0,
      route: '/fapi/v1/openInterest',
      code: 0,
      reason: 'TIMEOUT no reply in 10000 ms',
    })
  })

  test('a book that goes on asking gets snapshots ever more seldom, down to one in 30 s', async () => {
    const rig = new Rig({ symbols: ['BTCUSDT'] })
    const sent = (): readonly number[] =>
      rig.world.requests.filter(({ path }) => path === '/fapi/v1/depth').map(({ atMs }) => atMs)
    for (let turn = 0; turn < 1_200; turn += 1) {
      await rig.world.pass(100)
      rig.capture.requestSnapshot('BTCUSDT')
    }
    const waits = sent()
      .slice(1)
      .map((atMs, index) => atMs - (sent()[index] ?? 0))
    for (const [index, wait] of waits.entries()) {
      expect(wait).toBeGreaterThanOrEqual(Math.min(1_000 * 2 ** index, 30_000))
    }
    expect(sent().length).toBeGreaterThanOrEqual(7)
    expect(sent().length).toBeLessThanOrEqual(9)
  })
})

test('a snapshot that has just come is not asked for again: the book cannot have seen it yet', async () => {
  const rig = new Rig({ symbols: ['BTCUSDT'] })
  await rig.world.pass(600)
  rig.capture.requestSnapshot('BTCUSDT')
  await rig.world.pass(60_000)
  expect((await rig.ofChannel('depthSnapshot')).length).toBe(1)
  rig.capture.requestSnapshot('BTCUSDT')
  await rig.world.pass(1_000)
  expect((await rig.ofChannel('depthSnapshot')).length).toBe(2)
})

describe('the offset of the clock', () => {
  test('is recorded once two measurements agree', async () => {
    const rig = new Rig()
    await rig.world.pass(63_000)
    // The reply is stamped at the end of its 30 ms; half of that is ours to subtract.
    expect(await rig.facts('clockOffset')).toEqual([
      { offsetMs: 135, rttMs: 30 },
      { offsetMs: 135, rttMs: 30 },
    ])
  })

  test('is not recorded of a venue whose clock runs at another rate', async () => {
    const world = new FakeWorld()
    world.venueRate = 60
    const rig = new Rig({}, world)
    await rig.world.pass(130_000)
    expect(await rig.facts('clockOffset')).toEqual([])
    expect((await rig.ofChannel('serverTime')).length).toBe(4)
  })
})

describe('what ends a capture', () => {
  test('a venue that is not there at the start', async () => {
    const world = new FakeWorld()
    world.refusing = true
    const rig = new Rig({ retryForever: false }, world)
    let error: RecorderError | undefined
    void rig.capture.failed.then((why) => {
      error = why
    })
    await rig.world.pass(1_000)
    expect(error).toMatchObject({
      code: 'VENUE_UNREACHABLE',
      message: 'wss://fstream.binance.com cannot be reached: connect ECONNREFUSED 127.0.0.1:1',
    })
    const sent = world.sockets.length
    await rig.world.pass(60_000)
    expect(world.sockets.length).toBe(sent)
  })

  test('a REST address where nobody is', async () => {
    const rig = new Rig({ retryForever: false })
    rig.world.answer = () =>
      new RequestFailure('ENOTFOUND', 'getaddrinfo ENOTFOUND nowhere', undefined)
    let error: RecorderError | undefined
    void rig.capture.failed.then((why) => {
      error = why
    })
    await rig.world.pass(1_000)
    expect(error?.message).toBe(
      'https://fapi.binance.com cannot be reached: getaddrinfo ENOTFOUND nowhere',
    )
  })

  test('not a venue that goes away after it was there', async () => {
    const rig = new Rig({ retryForever: false })
    let failed = false
    void rig.capture.failed.then(() => {
      failed = true
    })
    await rig.world.pass(1_000)
    rig.world.refusing = true
    rig.world.cut()
    await rig.world.pass(300_000)
    expect(failed).toBe(false)
  })

  test('a journal that refuses an entry: nothing is recorded after it, and all connections end', async () => {
    const journal = new RefusingJournal()
    const rig = new Rig({ writer: journal })
    let error: RecorderError | undefined
    void rig.capture.failed.then((why) => {
      error = why
    })
    await rig.world.pass(1_000)
    journal.full = true
    await rig.world.pass(1_000)
    expect(error?.code).toBe('JOURNAL_WRITE_FAILED')
    expect(rig.world.openSockets).toEqual([])
    expect(journal.refusedCount).toBe(1)
  })

  test('a journal that refuses a commit, though nothing comes any more', async () => {
    const journal = new RefusingJournal()
    const rig = new Rig({ writer: journal })
    let error: RecorderError | undefined
    void rig.capture.failed.then((why) => {
      error = why
    })
    await rig.world.pass(1_050)
    for (const { streams } of rig.world.openSockets)
      for (const name of streams) rig.world.mute.add(name)
    journal.commitFails = true
    await rig.world.pass(1_100)
    expect(error?.code).toBe('JOURNAL_WRITE_FAILED')
  })
})

test('sockets are paused while too much waits for the disk; nothing is lost and no silence is seen', async () => {
  const journal = new StallingJournal()
  const rig = new Rig({ writer: journal, settings: captureSettings({ pendingBytesMax: 100_000 }) })
  await rig.world.pass(1_000)
  journal.stalled = true
  await rig.world.pass(60_000)
  expect(rig.capture.health().storage.socketsPaused).toBe(true)
  expect(rig.capture.health().storage.pendingBytes).toBeLessThan(110_000)
  journal.stalled = false
  await rig.world.pass(2_000)
  expect(rig.capture.health().storage.socketsPaused).toBe(false)
  await rig.capture.stop()
  const all = journal.drafts.filter(
    ({ stream }) => stream.channel === 'aggTrade' && stream.symbol === 'ETHUSDT',
  )
  expect(all.length).toBe(630)
  const facts = journal.drafts.map(({ stream }) => stream.channel)
  expect(facts.filter((channel) => channel === 'gap' || channel === 'disconnect').length).toBe(2)
  expect(facts.filter((channel) => channel === 'timer').length % 2).toBe(0)
})

test('a pause of the sockets does not make a silent stream start anew', async () => {
  const journal = new StallingJournal()
  const rig = new Rig({ writer: journal, settings: captureSettings({ pendingBytesMax: 50_000 }) })
  const isPaused = () => rig.capture.health().storage.socketsPaused
  await rig.world.pass(5_000)
  const startUs = rig.world.monoUs()
  rig.world.mute.add('ethusdt@markPrice@1s')
  journal.stalled = true
  while (!isPaused()) await rig.world.pass(100)
  expect(rig.world.monoUs() - startUs).toBeGreaterThan(2_000_000)
  journal.stalled = false
  while (isPaused()) await rig.world.pass(10)
  await rig.world.pass(9_900 - (rig.world.monoUs() - startUs) / 1000)
  await rig.capture.stop()
  const alarms = journal.drafts
    .filter(({ stream }) => stream.channel === 'alarm')
    .map(({ payload }) => JSON.parse(new TextDecoder().decode(payload)) as { subject: string })
  expect(alarms.map(({ subject }) => subject)).toContain('ethusdt@markPrice@1s')
})

test('a stop while sockets are paused tells the gap that what they hold leaves', async () => {
  const journal = new StallingJournal()
  const rig = new Rig({ writer: journal, settings: captureSettings({ pendingBytesMax: 100_000 }) })
  await rig.world.pass(1_000)
  journal.stalled = true
  await rig.world.pass(60_000)
  expect(rig.capture.health().storage.socketsPaused).toBe(true)
  const stopped = rig.capture.stop()
  journal.stalled = false
  await stopped
  const gaps = journal.drafts
    .filter(({ stream }) => stream.channel === 'gap')
    .map(({ payload }) => parseFact('gap', payload))
  expect(gaps).toEqual([expect.objectContaining({ cause: 'paused', symbol: '', streams: [] })])
  const last = journal.drafts.findLast(({ stream }) => stream.channel === 'aggTrade')
  const [gap] = gaps
  expect((gap?.toTimeMs ?? 0) - (gap?.fromTimeMs ?? 0)).toBeGreaterThan(40_000)
  expect(Math.abs((gap?.fromTimeMs ?? 0) - (last?.recvTimeUs ?? 0) / 1000)).toBeLessThan(1_000)
})

test('after a pause each stream has its whole time to speak again', async () => {
  const journal = new StallingJournal()
  const rig = new Rig({ writer: journal, settings: captureSettings({ pendingBytesMax: 100_000 }) })
  await rig.world.pass(1_000)
  journal.stalled = true
  await rig.world.pass(60_000)
  for (const { streams, waiting } of rig.world.openSockets) {
    for (const name of streams) rig.world.mute.add(name)
    waiting.length = 0
  }
  rig.world.mute.delete('btcusdt@aggTrade')
  journal.stalled = false
  await rig.world.pass(5_000)
  expect(rig.capture.health().storage.socketsPaused).toBe(false)
  expect(rig.silentStreams).toEqual([])
})

class RefusingJournal extends MemoryJournal {
  full: boolean = false
  commitFails: boolean = false
  refusedCount = 0

  override append(draft: EntryDraft): number {
    if (!this.full) return super.append(draft)
    this.refusedCount += 1
    throw new RecorderError('JOURNAL_WRITE_FAILED', 'no space left')
  }

  override flush(): Promise<void> {
    if (!this.commitFails) return super.flush()
    return Promise.reject(new RecorderError('JOURNAL_WRITE_FAILED', 'no space left'))
  }
}

/** Commits nothing while it is stalled. */
class StallingJournal extends MemoryJournal {
  stalled: boolean = false
  readonly drafts: EntryDraft[] = []

  override append(draft: EntryDraft): number {
    this.drafts.push({ ...draft, payload: draft.payload.slice() })
    return super.append(draft)
  }

  override flush(): Promise<void> {
    return this.stalled ? Promise.resolve() : super.flush()
  }
}
