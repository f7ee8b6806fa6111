/** Hears from the server when a capture went on, and whether it can be heard at all. */
import { addressOf, has, tokenQuery } from './api.js'

const PATH = '/v1/stream'
/** The page is drawn anew no more often than this. */
const PULSE_MS = 250
/** A browser gives up at a refusal; then the stream is asked for again this much later. */
const RETRY_MS = 5_000

/** @param {() => void} heard Something happened. */
export function createPush(heard) {
  /** @type {EventSource | undefined} */
  let source
  let symbol = ''
  let retryTimer = 0

  const close = () => {
    clearTimeout(retryTimer)
    source?.close()
    source = undefined
  }
  const open = () => {
    close()
    source = new EventSource(addressOf(PATH, { symbol, pulse: PULSE_MS, ...tokenQuery }))
    for (const name of ['entry', 'pulse', 'boundary']) source.addEventListener(name, heard)
    source.addEventListener('error', () => {
      if (source?.readyState === EventSource.CLOSED) retryTimer = setTimeout(open, RETRY_MS)
    })
  }
  return {
    /** Listens for a symbol; to none with an empty name. */
    listenTo(name) {
      if (name === symbol || !has(PATH)) return
      symbol = name
      if (symbol === '') close()
      else open()
    },
    /** While this is so, nobody has to ask whether something happened. */
    isOpen: () => source?.readyState === EventSource.OPEN,
  }
}
