// Goal: what a real capture served is what its recording gives of that moment, byte for byte. Method:
// the program itself, `capture` against `playback`, asked over its sockets while it records; then the
// same moments are asked of the capture and of its recording.
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ENDPOINTS } from '../../src/api/server.ts'
import { captureArgs, createPrograms, SAID } from '../kit/program.ts'
import { type MarketFolder, recordMarket } from './recorded-market.ts'

const QUERIES = ['', '?symbol=ETH', '?compat=reference']
const PATHS = [
  // What is volatile is judged by the clock of whoever answers: silence and loss.
  ...ENDPOINTS.filter(({ isVolatile }) => isVolatile !== true).flatMap(({ path, isOfSymbol }) =>
    isOfSymbol ? QUERIES.map((query) => `${path}${query}`) : [path],
  ),
  '/v2/orderbook_heatmap_30s?format=bin',
  '/v2/orderbook_heatmap_30s_history?format=bin&symbol=eth',
]
/** One after each minute that closes. */
const LOOKS = 4

let market: MarketFolder
const programs = createPrograms()
beforeAll(async () => {
  market = await recordMarket()
})
afterAll(async () => {
  await programs.killAll()
  await market[Symbol.asyncDispose]()
})

interface Seen {
  readonly path: string
  readonly seq: string
  readonly body: string
}

async function ask(url: string, path: string): Promise<Seen> {
  const reply = await fetch(`${url}${path}`)
  const body = Buffer.from(await reply.arrayBuffer()).toString('latin1')
  const seq = reply.headers.get('x-sequence') ?? ''
  return { path, seq, body: `${reply.status} ${body}` }
}

const at = ({ path, seq }: Seen): string => `${path}${path.includes('?') ? '&' : '?'}at=seq:${seq}`

const closedMinutes = async (url: string): Promise<number> => {
  const reply = await fetch(`${url}/v1/bars?minutes=720`)
  const body = (await reply.json()) as { readonly bars?: readonly unknown[] }
  return body.bars?.length ?? 0
}

test('`capture` against `playback`: its bodies, those of its past, and those of its recording', {
  timeout: 240_000,
}, async () => {
  const path = join(market.path, '..', 'captured')
  const venue = await programs.start(
    ['playback', '--recording', market.path, '--speed', '25', '--port', '0'],
    SAID.playback,
  )
  const capture = await programs.start(captureArgs(path, venue), SAID.api)
  const seen: Seen[] = []
  for (let look = 1; look <= LOOKS; look += 1) {
    // Asked again and again until the market has come so far: no clock of ours decides.
    while ((await closedMinutes(capture.address)) < look);
    for (const each of PATHS) {
      const one = await ask(capture.address, each)
      // What is not there yet is of no moment.
      if (one.seq !== '') seen.push(one)
    }
  }
  expect(new Set(seen.map((one) => one.path))).toEqual(new Set(PATHS))
  expect(seen.length).toBeGreaterThan(PATHS.length * (LOOKS - 1))
  for (const one of seen) {
    const again = await ask(capture.address, at(one))
    expect({ ...one, body: again.body }).toEqual(one)
  }
  await capture.kill('SIGTERM')
  await venue.kill('SIGTERM')
  const served = await programs.start(['serve', '--recording', path, '--port', '0'], SAID.api)
  // Its state stands when it is healthy.
  while (!(await ask(served.address, '/v1/health')).body.startsWith('200'));
  for (const one of seen) {
    const again = await ask(served.address, at(one))
    const live = one.body.replace('"mode":"live"', '"mode":"replay"')
    expect({ ...one, body: again.body }).toEqual({ ...one, body: live })
  }
  await served.kill('SIGTERM')
})
