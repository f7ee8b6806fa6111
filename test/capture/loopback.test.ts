// The real sockets and requests against a tiny venue on loopback; each test is done in two seconds.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'
import type { CaptureSettings } from '../../src/capture/capture-settings.ts'
import { request } from '../../src/capture/http.ts'
import { openSocket } from '../../src/capture/socket.ts'
import { RequestFailure, type World } from '../../src/capture/world.ts'
import { monoUs, nowUs, setTimer } from '../../src/runtime/clock.ts'
import { captureSettings, Rig } from './rig.ts'

const world: World = { nowUs, monoUs, setTimer, random: () => 0, openSocket, request }
const never = new AbortController().signal

interface TinyVenue {
  readonly port: number
  readonly sockets: WebSocket[]
  readonly urls: string[]
  readonly pongs: string[]
  /** What clients sent beside pongs. */
  readonly messages: string[]
}

let servers: Server[] = []
let venues: TinyVenue[] = []

afterEach(async () => {
  for (const { sockets } of venues) for (const socket of sockets) socket.terminate()
  await Promise.all(
    servers.map((server) => {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(resolve))
    }),
  )
  servers = []
  venues = []
})

/** Sends each frame of `frames` to whoever connects, and a ping. */
async function tinyVenue(frames: readonly string[]): Promise<TinyVenue> {
  const server = createServer((asked, answer) => {
    if (asked.url?.startsWith('/slow') === true) return
    const status = asked.url?.startsWith('/fapi/v1/openInterest') === true ? 429 : 200
    answer.writeHead(status, { 'X-MBX-USED-WEIGHT-1M': '12', 'Retry-After': '1', 'X-Other': 'x' })
    answer.end(`{"serverTime":1700000000000,"asked":"${asked.url}"}`)
  })
  const sockets: WebSocket[] = []
  const urls: string[] = []
  const pongs: string[] = []
  const messages: string[] = []
  const hub = new WebSocketServer({ server })
  hub.on('connection', (socket, { url }) => {
    sockets.push(socket)
    urls.push(url ?? '')
    socket.on('pong', (data) => pongs.push(data.toString()))
    socket.on('message', (data) => messages.push(String(data)))
    socket.ping('still there?')
    for (const frame of frames) socket.send(frame)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  servers.push(server)
  const venue = { port: (server.address() as AddressInfo).port, sockets, urls, pongs, messages }
  venues.push(venue)
  return venue
}

/** Looks again and again until it is so, at most 1.5 s. */
async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  const endUs = monoUs() + 1_500_000
  while (!(await isSo())) {
    if (monoUs() > endUs) throw new Error('not so within 1.5 s')
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

const DEPTH =
  '{"stream":"btcusdt@depth@100ms","data":{"e":"depthUpdate","E":1700000000005,"T":1700000000001,"s":"BTCUSDT","U":1,"u":2,"pu":0,"b":[["1.0","2.0"]],"a":[]}}'

const rigAt = (port: number, retryForever = true, more: Partial<CaptureSettings> = {}): Rig =>
  new Rig({
    symbols: ['BTCUSDT'],
    world,
    retryForever,
    wsUrl: `ws://127.0.0.1:${port}`,
    restUrl: `http://127.0.0.1:${port}`,
    settings: captureSettings({ retryMsMin: 10, ...more }),
  })

describe('over loopback', () => {
  test('frames are journaled byte for byte, pings are answered, and a cut is a gap', async () => {
    const odd = `{"result":null,"id":7,"text":"ümlaut \\u20ac ${'x'.repeat(70_000)}"}`
    const venue = await tinyVenue([DEPTH, odd])
    const rig = rigAt(venue.port)
    try {
      await rig.capture.connected
      await until(async () => (await rig.ofChannel('depth')).length === 2)
      expect((await rig.ofChannel('depth')).map(({ text }) => text)).toEqual([DEPTH, DEPTH])
      expect((await rig.ofChannel('depth'))[0]?.venueTimeMs).toBe(1_700_000_000_001)
      expect((await rig.ofChannel('reply'))[0]?.text).toBe(odd)
      await until(() => venue.pongs.length === 2)
      // Streams stand in the address: of the ten messages a second that are allowed none is used.
      expect(venue.messages).toEqual([])
      expect(new Set(venue.urls.map((url) => url.split('?')[0]))).toEqual(
        new Set(['/market/stream', '/public/stream']),
      )
      for (const socket of venue.sockets) socket.close(1001, 'maintenance')
      await until(async () => (await rig.facts('gap')).length === 2)
      expect((await rig.facts('disconnect'))[0]).toMatchObject({
        code: 1001,
        reason: 'maintenance',
      })
    } finally {
      const beforeUs = monoUs()
      await rig.capture.stop()
      expect(monoUs() - beforeUs).toBeLessThan(2_000_000)
    }
    expect((await rig.entries()).at(-1)?.stream.channel).toBe('stop')
  })

  test('a connection that is replaced as asked is joined by the new one, and closed after it', async () => {
    const venue = await tinyVenue([DEPTH])
    const rig = rigAt(venue.port, true, { joinMs: 20, handoverMs: 20, handoverMsMax: 200 })
    try {
      await rig.capture.connected
      await until(async () => (await rig.ofChannel('depth')).length === 2)
      rig.capture.rotate()
      await until(() => venue.urls.length === 4)
      await until(async () => (await rig.ofChannel('depth')).length === 4)
      await until(async () => (await rig.facts('disconnect')).length === 2)
      expect(await rig.facts('gap')).toEqual([])
      expect(rig.capture.health().counters).toMatchObject({ handovers: 2, repeatedIds: 1 })
    } finally {
      await rig.capture.stop()
    }
  })

  test('replies are journaled with their status and rate headers, errors too', async () => {
    const venue = await tinyVenue([])
    const rig = rigAt(venue.port)
    try {
      await until(async () => (await rig.ofChannel('openInterest')).length > 0)
      const [reply] = await rig.ofChannel('openInterest')
      expect(reply?.http).toEqual({
        status: 429,
        headers: { 'x-mbx-used-weight-1m': '12', 'retry-after': '1' },
      })
      expect(reply?.text).toContain('/fapi/v1/openInterest?symbol=BTCUSDT')
      expect((await rig.ofChannel('serverTime'))[0]?.venueTimeMs).toBe(1_700_000_000_000)
    } finally {
      await rig.capture.stop()
    }
  })

  test('a venue that is not there ends the capture with one line that says where and why', async () => {
    const venue = await tinyVenue([])
    const { port } = venue
    await new Promise((resolve) => servers.pop()?.close(resolve))
    const rig = rigAt(port, false)
    const error = await rig.capture.failed
    expect(error.code).toBe('VENUE_UNREACHABLE')
    expect(error.message).toMatch(
      new RegExp(
        `^(ws|http)://127\\.0\\.0\\.1:${port} cannot be reached: connect ECONNREFUSED [^\\n]*$`,
      ),
    )
  })
})

describe('a request', () => {
  const failure = (asked: Promise<unknown>): Promise<RequestFailure> =>
    asked.then(
      () => {
        throw new Error('there was a reply')
      },
      (error: unknown) => {
        if (error instanceof RequestFailure) return error
        throw error
      },
    )

  test('that gets no reply in its time fails with TIMEOUT', async () => {
    const { port } = await tinyVenue([])
    const { code, message } = await failure(request(`http://127.0.0.1:${port}/slow`, 50, never))
    expect([code, message]).toEqual(['TIMEOUT', 'no reply in 50 ms'])
  })

  test('to nobody fails with the word of the system', async () => {
    const { port } = await tinyVenue([])
    await new Promise((resolve) => servers.pop()?.close(resolve))
    const { code, message } = await failure(request(`http://127.0.0.1:${port}/`, 1_000, never))
    expect(code).toBe('ECONNREFUSED')
    expect(message).toContain(`127.0.0.1:${port}`)
  })

  test('ends when the capture does', async () => {
    const { port } = await tinyVenue([])
    const controller = new AbortController()
    const asked = failure(request(`http://127.0.0.1:${port}/slow`, 60_000, controller.signal))
    controller.abort()
    expect(await asked).toBeInstanceOf(RequestFailure)
  })
})
