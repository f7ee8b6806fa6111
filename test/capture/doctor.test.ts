// The doctor in a simulated world, and against a recording played back over real sockets.
import { describe, expect, test } from 'vitest'
import { type DoctorCheck, type DoctorOptions, examine } from '../../src/capture/doctor.ts'
import { request } from '../../src/capture/http.ts'
import { planCapture } from '../../src/capture/plan.ts'
import { openSocket } from '../../src/capture/socket.ts'
import { BINANCE } from '../../src/capture/venues/binance.ts'
import { RequestFailure } from '../../src/capture/world.ts'
import { startPlayback } from '../../src/exchange/playback.ts'
import { simulateMarket } from '../../src/exchange/simulate-market.ts'
import { MemoryJournal } from '../../src/journal/memory-journal.ts'
import { monoUs, nowUs, setTimer } from '../../src/runtime/clock.ts'
import { FakeWorld, START_WALL_MS } from './fake-world.ts'
import { captureSettings } from './rig.ts'

const plan = planCapture(BINANCE, { symbols: ['BTCUSDT'], weightPerMinuteMax: 2_400 })
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const DISK = {
  freeBytes: () => Promise.resolve(5e9),
  writeSpeed: () => Promise.resolve({ syncMs: 3, syncMsMax: 9 }),
}

async function examined(
  world: FakeWorld,
  more: Partial<DoctorOptions> = {},
): Promise<readonly DoctorCheck[]> {
  let checks: readonly DoctorCheck[] | undefined
  const settings = captureSettings()
  const options = { plan, venue: BINANCE, settings, world, saved: undefined, disk: DISK, ...more }
  void examine(options).then((all) => {
    checks = all
  })
  await world.pass(30_000)
  if (checks === undefined) throw new Error('the doctor did not end')
  return checks
}

const failed = (checks: readonly DoctorCheck[]): readonly string[] =>
  checks.filter(({ status }) => status === 'failed').map(({ name, detail }) => `${name}: ${detail}`)
const statusOf = (checks: readonly DoctorCheck[], name: string): string | undefined =>
  checks.find((check) => check.name === name)?.status

/** Answers `exchangeInfo` with the limits of the venue. */
function worldWithLimits(limit = 2_400): FakeWorld {
  const world = new FakeWorld()
  const rule = `{"rateLimitType":"REQUEST_WEIGHT","interval":"MINUTE","intervalNum":1,"limit":${limit}}`
  world.answer = (path) =>
    path.endsWith('/exchangeInfo')
      ? {
          status: 200,
          headers: { 'x-mbx-used-weight-1m': '7' },
          body: bytes(`{"rateLimits":[${rule}]}`),
        }
      : undefined
  return world
}

describe('the doctor', () => {
  test('finds nothing wrong where all is well, and names each route, stream and path', async () => {
    const world = worldWithLimits()
    const checks = await examined(world)
    expect(failed(checks)).toEqual([])
    expect(checks.map(({ name }) => name)).toEqual([
      'disk space',
      'disk speed',
      'route /public/stream',
      'stream btcusdt@depth@100ms',
      'stream btcusdt@bookTicker',
      'stream btcusdt@trade',
      'route /market/stream',
      'stream btcusdt@aggTrade',
      'stream btcusdt@markPrice@1s',
      'stream btcusdt@forceOrder',
      'stream !forceOrder@arr',
      'REST /fapi/v1/time',
      'REST /fapi/v1/exchangeInfo',
      'REST /fapi/v1/depth',
      'REST /fapi/v1/openInterest',
      'REST /futures/data/topLongShortAccountRatio',
      'REST /futures/data/topLongShortPositionRatio',
      'REST /futures/data/globalLongShortAccountRatio',
      'clock',
      'limits',
    ])
    expect(world.openSockets).toEqual([])
    expect(world.requests.length).toBe(9)
  })

  test('names a stream that is acknowledged and silent, and one that it may do without', async () => {
    const world = worldWithLimits()
    world.mute.add('btcusdt@aggTrade')
    world.mute.add('btcusdt@trade')
    const checks = await examined(world)
    expect(failed(checks)).toEqual([
      'stream btcusdt@aggTrade: acknowledged, and nothing came in 10000 ms: a retired stream, a wrong route, or a market that does not trade',
    ])
    expect(statusOf(checks, 'stream btcusdt@trade')).toBe('unknown')
  })

  test('does not miss liquidations, which come seldom', async () => {
    const world = worldWithLimits()
    world.pace = (stream) => !stream.includes('orceOrder')
    const checks = await examined(world)
    expect(failed(checks)).toEqual([])
    expect(statusOf(checks, 'stream btcusdt@forceOrder')).toBe('unknown')
  })

  test('says that nobody is there', async () => {
    const world = worldWithLimits()
    world.refusing = true
    world.answer = () => new RequestFailure('ENOTFOUND', 'getaddrinfo ENOTFOUND x', undefined)
    const wrong = failed(await examined(world))
    expect(wrong[0]).toBe('route /public/stream: 0 connect ECONNREFUSED 127.0.0.1:1')
    expect(wrong).toContain('REST /fapi/v1/depth: getaddrinfo ENOTFOUND x')
    expect(wrong).toContain('clock: getaddrinfo ENOTFOUND x')
  })

  test('says what a refusal means', async () => {
    const world = worldWithLimits()
    world.answer = () => ({ status: 451, headers: {}, body: bytes('{}') })
    expect(failed(await examined(world))[0]).toContain('status 451 (not served in this region)')
  })

  test('tells a clock that is wrong', async () => {
    const world = worldWithLimits()
    world.venueOffsetMs = 9_000
    expect(failed(await examined(world))).toEqual([
      'clock: the venue is 9015.0 ms ahead of us, give or take 15.0 ms; 5000 ms may be',
    ])
  })

  test('tells messages that are not as documented', async () => {
    const world = worldWithLimits()
    world.disguise = (payload) => payload.replace('"pu":', '"previous":')
    expect(failed(await examined(world))).toEqual([
      'fields of depth: without pu, with the new previous',
    ])
  })

  test('tells a weight that the venue does not allow', async () => {
    expect(failed(await examined(worldWithLimits(1_200)))).toEqual([
      'limits: 11 weight a minute are wanted, 7 are used, the venue allows 1200, capture.weightPerMinuteMax is 2400',
    ])
  })

  test('asks for nothing while a ban lasts', async () => {
    const world = worldWithLimits()
    const saved = {
      weightWindow: 0,
      weightUsed: 0,
      statisticsWindow: 0,
      statisticsUsed: 0,
      blockedUntilMs: START_WALL_MS + 90_000,
      refusedCount: 1,
    }
    expect(failed(await examined(world, { saved }))).toEqual([
      'limits: the venue takes no request of this host for 90 s more',
    ])
    expect([world.requests.length, world.sockets.length]).toEqual([0, 0])
  })

  test('tells a disk that is full or slow', async () => {
    const disk = {
      freeBytes: () => Promise.resolve(1e6),
      writeSpeed: () => Promise.resolve({ syncMs: 900, syncMsMax: 2_000 }),
    }
    const wrong = failed(await examined(worldWithLimits(), { disk }))
    expect(wrong.map((line) => line.split(':')[0])).toEqual(['disk space', 'disk speed'])
  })
})

test('the doctor finds a recording played back over loopback in good health', async () => {
  const journal = new MemoryJournal()
  const market = { seed: 3, symbols: ['BTCUSDT'], startTimeMs: START_WALL_MS, minutes: 2 }
  for (const drafts of simulateMarket(market)) for (const draft of drafts) journal.append(draft)
  await journal.flush()
  const playback = await startPlayback({
    reader: journal,
    host: '127.0.0.1',
    port: 0,
    speed: 4,
    loop: false,
    strictRoutes: true,
    clock: { nowMs: () => nowUs() / 1000, setTimer },
  })
  try {
    const at = planCapture(BINANCE, {
      symbols: ['BTCUSDT'],
      wsUrl: `ws://127.0.0.1:${playback.port}`,
      restUrl: `http://127.0.0.1:${playback.port}`,
      weightPerMinuteMax: 2_400,
    })
    const checks = await examine({
      plan: at,
      venue: BINANCE,
      settings: captureSettings({ silenceMsMax: 3_000 }),
      world: { nowUs, monoUs, setTimer, random: () => 0, openSocket, request },
      saved: undefined,
      disk: DISK,
    })
    expect(failed(checks)).toEqual([])
    expect(statusOf(checks, 'stream btcusdt@markPrice@1s')).toBe('ok')
  } finally {
    await playback.close()
  }
}, 20_000)
