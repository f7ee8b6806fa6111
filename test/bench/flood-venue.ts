/**
 * A venue that sends as fast as it is read, in a process of its own: `bench` measures the recorder
 * against it. Frames are made and framed once, so that nearly all of the time is the recorder's.
 */
import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

const ROUND_FRAMES = 1_000
const BUFFERED_BYTES_MAX = 4 * 1024 * 1024
/** RFC 6455 §1.3. */
const ACCEPT_SUFFIX = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'

const frameCount = Number(process.argv[2])

/** The mix of a real capture (`performance.md` §0): 70 % tickers, 23 % trades, 7 % depth. */
function frameText(index: number): string {
  const time = 1_700_000_000_000 + index
  const of = (stream: string, data: string): string =>
    `{"stream":"btcusdt@${stream}","data":${data}}`
  const kind = index % 100
  if (kind < 70) {
    return of(
      'bookTicker',
      `{"e":"bookTicker","u":5000000${index},"s":"BTCUSDT","b":"61234.50","B":"12.345","a":"61234.60","A":"3.210","T":${time},"E":${time + 2}}`,
    )
  }
  if (kind < 93) {
    return of(
      'trade',
      `{"e":"trade","E":${time + 2},"T":${time},"s":"BTCUSDT","t":${index},"p":"61234.50","q":"0.012","X":"MARKET","m":true}`,
    )
  }
  const level = (step: number): string =>
    `["61${200 + step}.${step % 10}0","${step}.${index % 10}17"]`
  const levels = Array.from({ length: 34 }, (_, step) => level(step)).join(',')
  return of(
    'depth@100ms',
    `{"e":"depthUpdate","E":${time + 2},"T":${time},"s":"BTCUSDT","U":${index},"u":${index + 9},"pu":${index - 1},"b":[${levels}],"a":[${levels}]}`,
  )
}

function framed(text: string): Buffer {
  const payload = Buffer.from(text)
  const head =
    payload.length < 126
      ? Buffer.from([0x81, payload.length])
      : Buffer.from([0x81, 126, payload.length >> 8, payload.length & 255])
  return Buffer.concat([head, payload])
}

const round = Buffer.concat(
  Array.from({ length: ROUND_FRAMES }, (_, index) => framed(frameText(index))),
)

function flood(socket: Socket): void {
  let sentCount = 0
  const send = (): void => {
    while (sentCount < frameCount && socket.writableLength < BUFFERED_BYTES_MAX) {
      socket.write(round)
      sentCount += ROUND_FRAMES
    }
    if (sentCount < frameCount) socket.once('drain', send)
  }
  send()
}

const server = createServer((_, answer) => answer.end('{"serverTime":1700000000000}'))
server.on('upgrade', (asked, socket) => {
  const accept = createHash('sha1')
    .update(`${asked.headers['sec-websocket-key']}${ACCEPT_SUFFIX}`)
    .digest('base64')
  socket.on('error', () => socket.destroy())
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
  )
  if (asked.url?.startsWith('/public') === true) flood(socket as Socket)
})
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${(server.address() as AddressInfo).port} ${round.length / ROUND_FRAMES}\n`)
})
