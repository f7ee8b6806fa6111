/** A WebSocket to a venue, by `ws`, which answers pings itself. */
import { WebSocket } from 'ws'
import type { SocketHandle, SocketHandlers } from './world.ts'

/** A depth event of a market in turmoil is some 100 KB. */
const FRAME_BYTES_MAX = 64 * 1024 * 1024

export function openSocket(url: string, handlers: SocketHandlers): SocketHandle {
  const socket = new WebSocket(url, {
    perMessageDeflate: false,
    maxPayload: FRAME_BYTES_MAX,
    // Bytes are recorded as they came, and read by scanners that check each one.
    skipUTF8Validation: true,
    followRedirects: false,
  })
  let reason = ''
  socket.on('open', handlers.opened)
  socket.on('message', (data: unknown) => {
    // With the default `binaryType` a message is one Buffer.
    if (data instanceof Uint8Array) handlers.received(data)
  })
  socket.on('error', (error) => {
    reason = describe(error)
  })
  socket.on('close', (code, text) => {
    // 1006 is what `ws` says where the venue said nothing.
    handlers.closed(code === 1006 ? 0 : code, reason || text.toString())
  })
  return {
    terminate: () => socket.terminate(),
    pause: () => socket.pause(),
    resume: () => socket.resume(),
  }
}

/** A refused connection to a name with several addresses has an empty message and a list of causes. */
function describe(error: Error): string {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  if (error.message === '') return code
  return code === '' || error.message.includes(code) ? error.message : `${code} ${error.message}`
}
