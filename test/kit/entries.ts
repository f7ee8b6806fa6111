/** Entries with dull defaults, so that a test names only what it is about. */
import type { EntryDraft, StreamKey } from '../../src/model/block.ts'

export const depthStream: StreamKey = { venue: 'binance', symbol: 'BTCUSDT', channel: 'depth' }

/** 2026-01-05T00:00:00Z. */
export const START_US = 1_767_571_200_000_000

const encoder = new TextEncoder()

export function entry(more: Partial<EntryDraft> & { readonly text?: string } = {}): EntryDraft {
  const { text = '{"e":"depthUpdate"}', ...rest } = more
  return {
    stream: depthStream,
    recvTimeUs: START_US,
    monoTimeUs: Number.NaN,
    venueTimeMs: START_US / 1000,
    connectionId: 1,
    payload: encoder.encode(text),
    ...rest,
  }
}

/**
 * `count` entries, `stepUs` apart, that look like a recording: several streams, exchange time behind
 * receive time, a REST reply with its headers now and then, a fact without exchange time.
 */
export function entries(count: number, stepUs = 1000, fromIndex = 0): readonly EntryDraft[] {
  return Array.from({ length: count }, (_, offset) => entryNumber(fromIndex + offset, stepUs))
}

const tradeStream: StreamKey = { venue: 'binance', symbol: 'ETHUSDT', channel: 'aggTrade' }
const replyStream: StreamKey = { venue: 'binance', symbol: 'BTCUSDT', channel: 'openInterest' }
const factStream: StreamKey = { venue: 'recorder', symbol: '', channel: 'timer' }

function entryNumber(index: number, stepUs: number): EntryDraft {
  const recvTimeUs = START_US + index * stepUs
  const head = {
    recvTimeUs,
    monoTimeUs: 5_000_000 + index * stepUs,
    venueTimeMs: Math.floor(recvTimeUs / 1000) - 20,
    text: `{"n":${index},"p":"${(67_000 + (index % 97) / 10).toFixed(1)}","q":"0.${index % 1000}"}`,
  }
  if (index % 101 === 7) {
    const http = { status: 200, headers: { 'x-mbx-used-weight-1m': String(index % 2400) } }
    return entry({ ...head, stream: replyStream, connectionId: 0, http })
  }
  if (index % 103 === 5) {
    return entry({ ...head, stream: factStream, connectionId: 0, venueTimeMs: Number.NaN })
  }
  return entry({ ...head, stream: index % 3 === 0 ? depthStream : tradeStream })
}
