// Goal: a server that is killed in the middle of a push stream costs nothing: over the restart each event
// comes once and in order, over a recording that is served and over a capture that goes on. Method: the
// program itself in processes of its own, killed with SIGKILL while a client reads; what the client has
// from both lives is compared with a replay of the recording.
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startServer } from '../../src/api/listen.ts'
import { captureArgs, createPrograms, type Program, SAID } from '../kit/program.ts'
import { atEnd, type Received, receive } from './push-client.ts'
import { type MarketFolder, recordMarket, serveMarket, serverOf } from './recorded-market.ts'

let market: MarketFolder
const programs = createPrograms()
beforeAll(async () => {
  market = await recordMarket()
})
afterAll(async () => {
  await programs.killAll()
  await market[Symbol.asyncDispose]()
})

const startServe = (path: string): Promise<Program> =>
  programs.start(['serve', '--recording', path, '--port', '0'], SAID.api)

/** What a replay of the recording pushes, whole and without a break. */
async function replayed(path: string, query = ''): Promise<Received> {
  const served = await serveMarket({ path, [Symbol.asyncDispose]: async () => undefined })
  const server = await startServer({
    host: '127.0.0.1',
    port: 0,
    app: serverOf(served.keeper),
  })
  const whole = await receive(`${server.url}/v1/stream?from=seq:0${query}`, atEnd)
  await server.close()
  await served.close()
  return whole
}

test('`serve` that is killed: the next one goes on where it was cut', {
  timeout: 180_000,
}, async () => {
  const whole = await replayed(market.path, '&symbol=BTC')
  const first = await startServe(market.path)
  let killing: Promise<void> | undefined
  // Paced, so that most of it was not sent yet.
  const before = await receive(
    `${first.address}/v1/stream?from=seq:0&symbol=BTC&speed=100`,
    ({ messages }) => {
      if (messages.length > whole.messages.length / 3) killing ??= first.kill('SIGKILL')
      return false
    },
  )
  await killing
  expect(before.boundaries).toEqual([])
  expect(before.messages.length).toBeLessThan(whole.messages.length)
  const second = await startServe(market.path)
  const after = await receive(
    `${second.address}/v1/stream?from=seq:0&symbol=BTC`,
    atEnd,
    before.messages.at(-1)?.id,
  )
  await second.kill('SIGTERM')
  expect([...before.messages, ...after.messages]).toEqual(whole.messages)
  expect(after.boundaries).toEqual(whole.boundaries)
})

test('`capture` that is killed: what was missed, then the boundary, then what comes', {
  timeout: 180_000,
}, async () => {
  const path = join(market.path, '..', 'killed')
  const venue = await programs.start(
    ['playback', '--recording', market.path, '--speed', '25', '--port', '0'],
    SAID.playback,
  )
  const startCapture = (): Promise<Program> => programs.start(captureArgs(path, venue), SAID.api)
  const first = await startCapture()
  let killing: Promise<void> | undefined
  const before = await receive(`${first.address}/v1/stream?from=seq:0`, (received) => {
    if (received.messages.length > 4) killing ??= first.kill('SIGKILL')
    return false
  })
  await killing
  const second = await startCapture()
  const after = await receive(
    `${second.address}/v1/stream`,
    ({ messages, boundaries, pastCount }) =>
      boundaries.length > 0 && messages.length > pastCount + 4,
    before.messages.at(-1)?.id,
  )
  await second.kill('SIGTERM')
  await venue.kill('SIGTERM')
  for (const { messages, boundaries, pastCount } of [before, after]) {
    const [boundary] = boundaries
    expect(boundary?.kind).toBe('live')
    const seq = boundary?.seq ?? 0
    expect(messages.slice(0, pastCount).filter((message) => message.seq >= seq)).toEqual([])
    expect(messages.slice(pastCount).filter((message) => message.seq < seq)).toEqual([])
  }
  const pushed = [...before.messages, ...after.messages]
  const lastSeq = pushed.at(-1)?.seq ?? 0
  const whole = await replayed(path)
  expect(pushed).toEqual(whole.messages.filter(({ seq }) => seq <= lastSeq))
})
