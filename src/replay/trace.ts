/**
 * From a zone or a calibration back to the payloads: the records that engines made of it, each with
 * the entry that caused it, and for what a minute close caused the entries that the close was made
 * from.
 */
import { RecorderError } from '../base/errors.ts'
import type { EngineRecord } from '../engines/symbol/symbol-engines.ts'
import { entryAt } from '../model/block.ts'
import type { PipelineListener } from '../pipeline/events.ts'
import type { Recording } from './recording.ts'
import { type ReplayOptions, replay } from './replay.ts'

/** What to look for, of one symbol. */
export type TraceTarget = { readonly symbol: string } & (
  | { readonly kind: 'zone'; readonly side: 'long' | 'short'; readonly priceUsd: number }
  | { readonly kind: 'zoneId'; readonly id: number }
  | { readonly kind: 'calibration'; readonly number: number }
)

export interface TraceStep {
  /** The entry that caused the record. */
  readonly seq: number
  readonly log: string
  readonly record: EngineRecord
  /** First entry of the minute, where a minute close caused the record. */
  readonly minuteFromSeq: number | undefined
  readonly entries: readonly TracedEntry[]
}

export interface TracedEntry {
  readonly seq: number
  readonly channel: string
  readonly symbol: string
  readonly recvTimeUs: number
  readonly payload: string
}

type Found = Omit<TraceStep, 'entries'>

/** Channels whose entries a minute close is told by name; of the others there are too many. */
const NAMED_CHANNELS = new Set(['forceOrder', 'openInterest'])

/**
 * Replays the recording with `options` and follows `target` through it.
 * @throws {RecorderError} `NOTHING_FOUND` when no record is about the target.
 */
export async function trace(
  recording: Recording,
  target: TraceTarget,
  options: Omit<ReplayOptions, 'listener' | 'documents'>,
): Promise<readonly TraceStep[]> {
  const follower =
    target.kind === 'calibration' ? new CalibrationFollower(target) : new ZoneFollower(target)
  await replay(recording.reader, { ...options, listener: follower.listener })
  if (follower.found.length === 0) {
    throw new RecorderError('NOTHING_FOUND', `${recording.name}: ${follower.missing}`)
  }
  const steps: TraceStep[] = []
  for (const step of follower.found) {
    steps.push({ ...step, entries: await entriesOf(recording, target.symbol, step) })
  }
  return steps
}

/** Keeps where the open minute of the symbol began, and what was found. */
abstract class Follower {
  readonly found: Found[] = []
  protected minuteFromSeq = 0
  readonly #symbol: string

  constructor(symbol: string) {
    this.#symbol = symbol
  }

  /** Says that nothing was found, and what there is. */
  abstract get missing(): string

  protected abstract take(log: string, record: EngineRecord, seq: number): void

  readonly listener: PipelineListener = {
    recordEmitted: ({ symbol }, log, record, { seq }) => {
      if (symbol === this.#symbol) this.take(log, record, seq)
    },
    minuteClosed: ({ symbol }, _close, { seq }) => {
      if (symbol === this.#symbol) this.minuteFromSeq = seq
    },
  }
}

class ZoneFollower extends Follower {
  readonly #target: TraceTarget
  readonly #seen: string[] = []

  constructor(target: TraceTarget) {
    super(target.symbol)
    this.#target = target
  }

  get missing(): string {
    const last = [...new Set(this.#seen)].slice(-5).join(', ')
    return `no zone like that; the last ones are ${last === '' ? 'none' : last}`
  }

  protected take(log: string, record: EngineRecord, seq: number): void {
    if (log !== 'liq_zones') return
    const { side, price, id } = record
    this.#seen.push(typeof id === 'number' ? `${id} (${side}:${price})` : `${side}:${price}`)
    if (!isOfZone(this.#target, record)) return
    // A liquidation makes a zone by itself; a minute close out of all that the minute brought.
    const byMinute = record['source'] !== 'tape' || record['type'] !== 'zone_created'
    const isReinforcedByOrder = record['type'] === 'zone_reinforced' && record['source'] === 'tape'
    const minuteFromSeq = byMinute && !isReinforcedByOrder ? this.minuteFromSeq : undefined
    this.found.push({ seq, log, record, minuteFromSeq })
  }
}

function isOfZone(target: TraceTarget, record: EngineRecord): boolean {
  if (target.kind === 'zoneId') return record['id'] === target.id
  if (target.kind !== 'zone' || record['side'] !== target.side) return false
  const low = record['price_low'] ?? record['price']
  const high = record['price_high'] ?? record['price']
  return Number(low) <= target.priceUsd && target.priceUsd <= Number(high)
}

/** The events of the window that the calibration closed, then its own record. */
class CalibrationFollower extends Follower {
  readonly #number: number
  #window: Found[] = []
  #last: number | undefined

  constructor({ symbol, number }: TraceTarget & { readonly kind: 'calibration' }) {
    super(symbol)
    this.#number = number
  }

  get missing(): string {
    return `no calibration ${this.#number}; the last one is ${this.#last ?? 'none'}`
  }

  protected take(log: string, record: EngineRecord, seq: number): void {
    if (log !== 'liq_calibrator') return
    const { type } = record
    if (type === 'event' || type === 'event_rejected') {
      this.#window.push({ seq, log, record, minuteFromSeq: undefined })
    } else if (type === 'calibration') {
      // The standard model learns at every minute close, and has no other number for it.
      this.#last = Number(record['calibration_count'] ?? record['minute_key'])
      if (this.#last === this.#number) {
        const { minuteFromSeq } = this
        this.found.push(...this.#window, { seq, log, record, minuteFromSeq })
      }
      this.#window = []
    }
  }
}

async function entriesOf(
  { reader }: Recording,
  symbol: string,
  { seq, minuteFromSeq }: Found,
): Promise<readonly TracedEntry[]> {
  const entries: TracedEntry[] = []
  const fromSeq = minuteFromSeq ?? seq
  for await (const block of reader.blocks({ fromSeq, toSeq: seq + 1 })) {
    for (let index = 0; index < block.count; index += 1) {
      const entry = entryAt(block, index)
      if (entry.seq < fromSeq || entry.seq > seq) continue
      const { channel } = entry.stream
      const isNamed = NAMED_CHANNELS.has(channel) && entry.stream.symbol === symbol
      if (entry.seq !== seq && !isNamed) continue
      entries.push({
        seq: entry.seq,
        channel,
        symbol: entry.stream.symbol,
        recvTimeUs: entry.recvTimeUs,
        payload: new TextDecoder().decode(entry.payload),
      })
    }
  }
  return entries
}
