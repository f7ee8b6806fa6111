// Goal: a server that is killed in the middle of a push stream costs nothing: over the restart each event
// comes once and in order, over a recording that is served and over a capture that goes on. Method: the
// program itself in processes of its own, killed with SIGKILL while a client reads; what the client has
// from both lives is compared with a replay of the recording.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startServer } from '../../src/api/listen.ts'
import { atEnd, type Received, receive } from './push-client.ts'
import { type MarketFolder, recordMarket, serveMarket, serverOf } from './recorded-market.ts'

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))
const TSX = import.meta.resolve('tsx')

let market: MarketFolder
const children: ChildProcess[] = []
beforeAll(async () => {
  market = await recordMarket()
})
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL')
  await market[Symbol.asyncDispose]()
})

interface Program {
  readonly address: string
  kill(signal: NodeJS.Signals): Promise<void>
}

/** Starts the program, and resolves when it says where it answers. */
function start(command: string, args: readonly string[], said: RegExp): Promise<Program> {
  const child = spawn(
    process.execPath,
    ['--import', TSX, MAIN, command, '--recording', ...args, '--port', '0'],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  )
  children.push(child)
  const kill = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill(signal)
    await once(child, 'exit')
  }
  return new Promise((resolve, reject) => {
    let text = ''
    child.once('exit', () => reject(new Error(`the program ended: ${text}`)))
    for (const output of [child.stdout, child.stderr]) {
      output.on('data', (bytes: Buffer) => {
        text += bytes.toString()
        const address = said.exec(text)?.[1]
        if (address !== undefined) resolve({ address, kill })
      })
    }
  })
}

const startServe = (path: string): Promise<Program> => start('serve', [path], /at (http:\S+)/)

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
  const venue = await start('playback', [market.path, '--speed', '25'], /at ws:\/\/(\S+)/)
  const startCapture = (): Promise<Program> =>
    start(
      'capture',
      [
        path,
        ...['--symbols', 'BTCUSDT,ETHUSDT', '--log-level', 'error'],
        ...['--ws-url', `ws://${venue.address}`, '--rest-url', `http://${venue.address}`],
      ],
      /at (http:\S+)/,
    )
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
