/** Every Binance payload among the shared captures and golden inputs, with its channel. */
import { existsSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'

const SHARED = new URL('../../../shared/', import.meta.url)

/** The captures are not part of the project: tests that need them skip where they are absent. */
export const sharedIsHere = existsSync(new URL('data/README.md', SHARED))

export interface ChannelPayload {
  readonly channel: string
  readonly text: string
}

const EVENT_CHANNELS: Readonly<Record<string, string>> = {
  depthUpdate: 'depth',
  markPriceUpdate: 'markPrice',
}

export function* sharedPayloads(): Generator<ChannelPayload> {
  yield* hftBacktestPayloads()
  yield* goldenPayloads('seed1-90m')
  yield* goldenPayloads('real-jan27')
  yield* cryptofeedPayloads()
  yield* venuePayloads()
}

export function* hftBacktestPayloads(): Generator<ChannelPayload> {
  for (const line of linesOf('data/ethusdt_20240808.hftbacktest.gz')) {
    const text = line.slice(line.indexOf(' ') + 1)
    yield { channel: channelOf(text), text }
  }
}

export function* goldenPayloads(name: string): Generator<ChannelPayload> {
  for (const line of linesOf(`golden/${name}/input.ndjson.gz`)) {
    const { ch, raw } = JSON.parse(line)
    yield { channel: ch, text: raw }
  }
}

function* cryptofeedPayloads(): Generator<ChannelPayload> {
  const socketLines = [...linesOf('data/cryptofeed_BINANCE_FUTURES.ws.1.0.gz')].slice(1)
  const replyLines = linesOf('data/cryptofeed_BINANCE_FUTURES.http.0.0.gz')
  for (const line of [...socketLines, ...replyLines]) {
    const text = line.slice(line.indexOf(': {') + 2)
    yield { channel: channelOf(text), text }
  }
}

/** Captured as parsed objects, so that only the order of their keys is that of the venue. */
function* venuePayloads(): Generator<ChannelPayload> {
  const kinds = {
    depth: 'depthSnapshot',
    trades: 'aggTrade',
    liquidations: 'forceOrder',
    oi: 'openInterest',
    tta: 'topLongShortAccountRatio',
    ttp: 'topLongShortPositionRatio',
    gta: 'globalLongShortAccountRatio',
  }
  for (const [kind, channel] of Object.entries(kinds)) {
    const text = textOf(`data/venue-payloads/binance_perp_btcusdt_${kind}.json.gz`)
    for (const { data } of JSON.parse(text)) yield { channel, text: JSON.stringify(data) }
  }
}

function channelOf(text: string): string {
  const event = /"e":"(\w+)"/.exec(text)?.[1]
  if (event !== undefined) return EVENT_CHANNELS[event] ?? event
  return text.includes('"lastUpdateId"') ? 'depthSnapshot' : 'exchangeInfo'
}

const textOf = (path: string): string => gunzipSync(readFileSync(new URL(path, SHARED))).toString()

function* linesOf(path: string): Generator<string> {
  for (const line of textOf(path).split('\n')) {
    if (line !== '') yield line
  }
}
