/**
 * A venue that sends a fixed number of frames a second for BTCUSDT, in a process of its own: `api.ts`
 * measures the API against a capture that is kept busy by it. `paced-venue.ts FRAMES_PER_SECOND`.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'

const TICK_MS = 20
/** The mix of a real capture: 70 % tickers, 23 % trades, 7 % depth, each diff with 68 levels. */
const MIX = { bookTicker: 0.7, trade: 0.23, depth: 0.07 }
const LEVELS = 34
const MID_CENTS = 6_500_000
const BOOK_LEVELS = 1_000

const framesPerSecond = Number(process.argv[2] ?? 5_000)
const sockets = new Map<WebSocket, string>()
let updateId = 1_000_000
let tradeId = 1_000_000
let aggTradeId = 1_000_000
let sentCount = 0
let isStopped = false
/** What is owed to the rate, by channel. */
const owed = { bookTicker: 0, trade: 0, depth: 0 }

const price = (cents: number): string => (cents / 100).toFixed(2)

/** A price that walks, so that minutes have highs and lows. */
const midNow = (): number => MID_CENTS + 10 * Math.round(300 * Math.sin(Date.now() / 40_000))

function ticker(timeMs: number): string {
  const mid = midNow()
  return `{"stream":"btcusdt@bookTicker","data":{"e":"bookTicker","u":${updateId},"s":"BTCUSDT","b":"${price(mid - 10)}","B":"12.345","a":"${price(mid)}","A":"3.210","T":${timeMs},"E":${timeMs}}}`
}

function trade(timeMs: number): string {
  tradeId += 1
  const isSell = tradeId % 3 === 0
  return `{"stream":"btcusdt@trade","data":{"e":"trade","E":${timeMs},"T":${timeMs},"s":"BTCUSDT","t":${tradeId},"p":"${price(midNow())}","q":"0.012","X":"MARKET","m":${isSell}}}`
}

function levels(from: number, step: number): string {
  const start = (updateId * 7) % (BOOK_LEVELS - LEVELS)
  return Array.from({ length: LEVELS }, (_, place) => {
    const size = ((updateId + place * 13) % 97) / 10 + 0.1
    return `["${price(from + (start + place) * step)}","${size.toFixed(3)}"]`
  }).join(',')
}

function depth(timeMs: number): string {
  const previous = updateId
  updateId += 10
  // Best prices stay outside of where the mid walks, so that the book never crosses.
  const [bids, asks] = [levels(MID_CENTS - 3_000, -10), levels(MID_CENTS + 3_000, 10)]
  return `{"stream":"btcusdt@depth@100ms","data":{"e":"depthUpdate","E":${timeMs},"T":${timeMs},"s":"BTCUSDT","U":${previous + 1},"u":${updateId},"pu":${previous},"b":[${bids}],"a":[${asks}]}}`
}

function snapshot(timeMs: number): string {
  const side = (step: number): string =>
    Array.from(
      { length: BOOK_LEVELS },
      (_, place) => `["${price(MID_CENTS + Math.sign(step) * 3_000 + place * step)}","1.500"]`,
    ).join(',')
  return `{"lastUpdateId":${updateId},"E":${timeMs},"T":${timeMs},"bids":[${side(-10)}],"asks":[${side(10)}]}`
}

function send(route: string, text: string): void {
  for (const [socket, path] of sockets) {
    if (!path.startsWith(route)) continue
    socket.send(text)
    sentCount += 1
  }
}

const MAKERS = { bookTicker: ticker, trade, depth }

let lastMs = performance.now()
let second = 0
function tick(): void {
  if (isStopped) return
  const now = performance.now()
  const passedS = (now - lastMs) / 1000
  lastMs = now
  const timeMs = Date.now()
  for (const [channel, share] of Object.entries(MIX)) {
    const name = channel as keyof typeof MIX
    owed[name] += passedS * framesPerSecond * share
    for (; owed[name] >= 1; owed[name] -= 1) send('/public', MAKERS[name](timeMs))
  }
  if (Math.floor(timeMs / 1000) === second) return
  second = Math.floor(timeMs / 1000)
  everySecond(timeMs)
}

function everySecond(timeMs: number): void {
  const mid = price(midNow())
  send(
    '/market',
    `{"stream":"btcusdt@markPrice@1s","data":{"e":"markPriceUpdate","E":${timeMs},"s":"BTCUSDT","p":"${mid}","P":"${mid}","i":"${mid}","r":"0.00010000","T":${timeMs + 3_600_000}}}`,
  )
  for (let count = 0; count < 20; count += 1) {
    aggTradeId += 1
    send(
      '/market',
      `{"stream":"btcusdt@aggTrade","data":{"e":"aggTrade","E":${timeMs},"a":${aggTradeId},"s":"BTCUSDT","p":"${mid}","q":"0.250","f":${aggTradeId},"l":${aggTradeId},"T":${timeMs},"m":${count % 2 === 0}}}`,
    )
  }
  if (second % 20 !== 0) return
  const order = `{"s":"BTCUSDT","S":"SELL","o":"LIMIT","f":"IOC","q":"0.500","p":"${mid}","ap":"${mid}","X":"FILLED","l":"0.500","z":"0.500","T":${timeMs}}`
  for (const stream of ['btcusdt@forceOrder', '!forceOrder@arr']) {
    send('/market', `{"stream":"${stream}","data":{"e":"forceOrder","E":${timeMs},"o":${order}}}`)
  }
}

function replyTo(path: string): string {
  const timeMs = Date.now()
  if (path.startsWith('/fapi/v1/depth')) return snapshot(timeMs)
  if (path.startsWith('/fapi/v1/openInterest')) {
    return `{"symbol":"BTCUSDT","openInterest":"81234.567","time":${timeMs}}`
  }
  if (path.startsWith('/futures/data/')) {
    return `[{"symbol":"BTCUSDT","longAccount":"0.6000","longShortRatio":"1.5000","shortAccount":"0.4000","timestamp":${timeMs}}]`
  }
  if (path.startsWith('/bench/stop')) {
    isStopped = true
    return String(sentCount)
  }
  if (path.startsWith('/fapi/v1/exchangeInfo')) return '{"symbols":[]}'
  return `{"serverTime":${timeMs}}`
}

const server = createServer((asked, reply) => reply.end(replyTo(asked.url ?? '')))
const hub = new WebSocketServer({ server, perMessageDeflate: false })
hub.on('connection', (socket, asked) => {
  sockets.set(socket, asked.url ?? '')
  socket.on('close', () => sockets.delete(socket))
  socket.on('error', () => socket.terminate())
})
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`)
  setInterval(tick, TICK_MS)
})
