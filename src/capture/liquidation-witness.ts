/**
 * Which of several reports of a liquidation counts: the first. The others stand in the journal under a
 * name of their own, so that nothing counts a liquidation twice.
 */
import type { HeardStream } from './stream-table.ts'

/** Events remembered of each stream: one a second for a contract, more for all markets. */
const RECENT_MAX = 256
const COIN_MARGINED = new TextEncoder().encode('"st":2')

/** Whether the event came before over another connection. It is remembered, and counted once. */
export function isRepeated(
  stream: HeardStream,
  symbol: string,
  venueTimeMs: number,
  connectionId: number,
): boolean {
  const { recent } = stream
  const name = `${symbol} ${venueTimeMs}`
  const before = recent.get(name)
  if (before !== undefined && before !== connectionId) return true
  recent.set(name, connectionId)
  if (recent.size > RECENT_MAX) {
    const [oldest] = recent.keys()
    if (oldest !== undefined) recent.delete(oldest)
  }
  stream.eventCount += 1
  return false
}

/** The stream of all markets named a contract that is captured by itself. */
export function takeNamed({ namedCounts }: HeardStream, symbol: string): void {
  namedCounts.set(symbol, (namedCounts.get(symbol) ?? 0) + 1)
}

/** Since 2026-06-30 the stream of all markets brings coin-margined contracts as well. */
export function isCoinMargined(frame: Uint8Array): boolean {
  const last = frame.length - COIN_MARGINED.length
  for (let at = 0; at <= last; at += 1) {
    let length = 0
    while (length < COIN_MARGINED.length && frame[at + length] === COIN_MARGINED[length])
      length += 1
    if (length < COIN_MARGINED.length) continue
    const after = frame[at + length] ?? 0
    if (after < 0x30 || after > 0x39) return true
  }
  return false
}
