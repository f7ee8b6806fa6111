/** What is pushed to clients: all that an entry caused as one message, so that its sequence names it. */
import type { RecordingPast, SymbolPast } from './past.ts'
import { shortSymbol } from './symbol-name.ts'

export interface PushEvent {
  readonly type: 'minute' | 'liquidation' | 'frame' | 'zone' | 'gap' | 'fault' | 'alarm'
  readonly [field: string]: unknown
}

export interface PushMessage {
  readonly seq: number
  readonly recvTimeMs: number
  readonly events: readonly PushEvent[]
}

interface Raw {
  readonly seq: number
  readonly recvTimeMs: number
  readonly event: PushEvent
}

/** Items that are read of each track at once. */
const ITEMS_MAX = 500

/**
 * The messages of entries from `fromSeq` up to `toSeq`, as many as fit, and the sequence to go on
 * from. `symbol`: the venue's name; absent for all.
 */
export function pushMessages(
  past: RecordingPast,
  fromSeq: number,
  toSeq: number,
  symbol?: string,
): { readonly messages: readonly PushMessage[]; readonly nextSeq: number } {
  const raws: Raw[] = []
  let nextSeq = toSeq
  const take = <T extends { readonly seq: number }>(
    items: readonly T[],
    rawOf: (item: T) => Raw,
  ) => {
    // Where there are more, what this track would tell after its last item is not known yet.
    const last = items.length >= ITEMS_MAX ? items.at(-1) : undefined
    if (last !== undefined) nextSeq = Math.min(nextSeq, last.seq + 1)
    for (const item of items) raws.push(rawOf(item))
  }
  const isWanted = (name: string): boolean =>
    symbol === undefined || name === '' || name === shortSymbol(symbol) || name === symbol
  for (const [name, tracks] of past.symbols) {
    if (isWanted(name)) takeSymbol(tracks, shortSymbol(name), { fromSeq, toSeq, take })
  }
  take(past.gaps.between(fromSeq, toSeq, ITEMS_MAX), ({ seq, ...gap }) => ({
    seq,
    recvTimeMs: gap.recvTimeMs,
    event: { type: 'gap', ...gap },
  }))
  take(past.faults.between(fromSeq, toSeq, ITEMS_MAX), ({ seq, recvTimeMs, ...fault }) => ({
    seq,
    recvTimeMs,
    event: { type: 'fault', ...fault, symbol: nameOf(fault.symbol) },
  }))
  take(past.alarms.between(fromSeq, toSeq, ITEMS_MAX), ({ seq, recvTimeMs, ...alarm }) => ({
    seq,
    recvTimeMs,
    event: { type: 'alarm', ...alarm, symbol: nameOf(alarm.symbol) },
  }))
  const wanted = raws.filter(({ seq, event }) => {
    const name = event['symbol']
    return seq < nextSeq && isWanted(typeof name === 'string' ? name : '')
  })
  return { messages: joined(wanted), nextSeq }
}

interface Window {
  readonly fromSeq: number
  readonly toSeq: number
  readonly take: <T extends { readonly seq: number }>(
    items: readonly T[],
    rawOf: (item: T) => Raw,
  ) => void
}

function takeSymbol(tracks: SymbolPast, symbol: string, { fromSeq, toSeq, take }: Window): void {
  take(
    tracks.liquidations.between(fromSeq, toSeq, ITEMS_MAX),
    ({ seq, recvTimeMs, timeMs, side, priceUsd, sizeBase }) => ({
      seq,
      recvTimeMs,
      event: { type: 'liquidation', symbol, timeMs, side, priceUsd, sizeBase },
    }),
  )
  take(tracks.frames.between(fromSeq, toSeq, ITEMS_MAX), ({ seq, recvTimeMs, frame }) => ({
    seq,
    recvTimeMs,
    event: {
      type: 'frame',
      symbol,
      frameTimeMs: frame.startTimeS * 1000,
      srcUsd: frame.srcUsd,
      totalBidUsd: frame.bid.totalUsd,
      totalAskUsd: frame.ask.totalUsd,
    },
  }))
  take(tracks.minutes.between(fromSeq, toSeq, ITEMS_MAX), (record) => {
    const { seq, recvTimeMs, minute, close, complete, gapCount, digest } = record
    const { openUsd, highUsd, lowUsd, closeUsd } = close.bar
    const bar = { openTimeMs: minute * 60_000, openUsd, highUsd, lowUsd, closeUsd }
    return {
      seq,
      recvTimeMs,
      event: { type: 'minute', symbol, ...bar, complete, gapCount, digest },
    }
  })
  take(
    tracks.zoneChanges.between(fromSeq, toSeq, ITEMS_MAX),
    ({ seq, recvTimeMs, change, zone }) => ({
      seq,
      recvTimeMs,
      event: {
        type: 'zone',
        symbol,
        change,
        id: zone.id,
        side: zone.side,
        priceUsd: zone.triggerUsd,
        expected: zone.expected,
      },
    }),
  )
}

const nameOf = (symbol: string): string => (symbol === '' ? '' : shortSymbol(symbol))

/** Events of one entry become one message, in the order in which they were taken. */
function joined(raws: readonly Raw[]): readonly PushMessage[] {
  const bySeq = new Map<number, { seq: number; recvTimeMs: number; events: PushEvent[] }>()
  for (const { seq, recvTimeMs, event } of raws.toSorted((a, b) => a.seq - b.seq)) {
    const message = bySeq.get(seq)
    if (message === undefined) bySeq.set(seq, { seq, recvTimeMs, events: [event] })
    else message.events.push(event)
  }
  return [...bySeq.values()]
}
