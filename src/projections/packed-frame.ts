/** A frame of the book as it is kept: one piece of memory, of each side only what it fills. */
import { roundDecimal, roundHalfEven } from '../base/numeric.ts'
import { type BookFrame, bucketPriceUsd, type SideNorm } from '../engines/frames.ts'

type Books = 'bidLevels' | 'askLevels' | 'bidNotionalUsd' | 'askNotionalUsd'

/** Numbers by bucket: whole multiples of a last decimal. */
export type Multiples = Uint32Array | Float64Array

interface PackedSide {
  /** The buckets from the first to the last that hold something. */
  readonly from: number
  readonly count: number
  /** A value does not fit into 32 bits. */
  readonly isWide: boolean
  /** Intensities, room up to the next eighth byte, cents, micros. */
  readonly bytes: Uint8Array<ArrayBuffer>
}

/** Amounts and sizes are rounded as bodies show them. */
export class PackedFrame implements Omit<BookFrame, Books> {
  readonly startTimeS: number
  readonly srcUsd: number
  readonly stepUsd: number
  readonly priceMinUsd: number
  readonly priceMaxUsd: number
  readonly p50Usd: number
  readonly p90Usd: number
  readonly p95Usd: number
  readonly p99Usd: number
  readonly maxUsd: number
  readonly bid: SideNorm
  readonly ask: SideNorm
  readonly bucketCount: number
  readonly #bids: PackedSide
  readonly #asks: PackedSide

  constructor(frame: BookFrame) {
    this.startTimeS = frame.startTimeS
    this.srcUsd = frame.srcUsd
    this.stepUsd = frame.stepUsd
    this.priceMinUsd = frame.priceMinUsd
    this.priceMaxUsd = frame.priceMaxUsd
    this.p50Usd = frame.p50Usd
    this.p90Usd = frame.p90Usd
    this.p95Usd = frame.p95Usd
    this.p99Usd = frame.p99Usd
    this.maxUsd = frame.maxUsd
    this.bid = frame.bid
    this.ask = frame.ask
    this.bucketCount = frame.bidLevels.length
    this.#bids = packedSide(frame, frame.bidLevels, frame.bidNotionalUsd)
    this.#asks = packedSide(frame, frame.askLevels, frame.askNotionalUsd)
  }

  /** Copies, as all of the following: to be asked for once. */
  get bidLevels(): Uint8Array {
    return this.#levels(this.#bids)
  }

  get askLevels(): Uint8Array {
    return this.#levels(this.#asks)
  }

  /** Unit: hundredths of a USD. */
  get bidCents(): Multiples {
    return this.#multiples(this.#bids, 0)
  }

  get askCents(): Multiples {
    return this.#multiples(this.#asks, 0)
  }

  /** Unit: millionths of the base asset. */
  get bidMicros(): Multiples {
    return this.#multiples(this.#bids, 1)
  }

  get askMicros(): Multiples {
    return this.#multiples(this.#asks, 1)
  }

  #levels({ from, count, bytes }: PackedSide): Uint8Array {
    const levels = new Uint8Array(this.bucketCount)
    levels.set(bytes.subarray(0, count), from)
    return levels
  }

  #multiples(side: PackedSide, column: 0 | 1): Multiples {
    const Numbers = side.isWide ? Float64Array : Uint32Array
    const start = eighths(side.count) + column * side.count * Numbers.BYTES_PER_ELEMENT
    const values = new Numbers(this.bucketCount)
    values.set(new Numbers(side.bytes.buffer, start, side.count), side.from)
    return values
  }
}

function packedSide(
  { priceMinUsd, stepUsd }: BookFrame,
  levels: Uint8Array,
  notionalUsd: Float64Array,
): PackedSide {
  const from = Math.max(
    0,
    notionalUsd.findIndex((value) => value !== 0),
  )
  const count = notionalUsd.findLastIndex((value) => value !== 0) + 1 - from
  const filled = notionalUsd.subarray(from, from + Math.max(0, count))
  const lowLevel = roundHalfEven(priceMinUsd / stepUsd) + from
  const cents = filled.map((value) => multiple(value, 2))
  const micros = filled.map((value, place) => {
    const priceUsd = bucketPriceUsd(lowLevel + place, stepUsd)
    return priceUsd > 0 ? multiple(value / priceUsd, 6) : 0
  })
  const isWide = [cents, micros].some((column) => column.some((value) => value >= 2 ** 32))
  const Numbers = isWide ? Float64Array : Uint32Array
  const start = eighths(filled.length)
  const bytes = new Uint8Array(start + 2 * filled.length * Numbers.BYTES_PER_ELEMENT)
  bytes.set(levels.subarray(from, from + filled.length))
  const columns = new Numbers(bytes.buffer, start)
  columns.set(cents)
  columns.set(micros, filled.length)
  return { from, count: filled.length, isWide, bytes }
}

const eighths = (count: number): number => Math.ceil(count / 8) * 8

/** A value in units of its last decimal. */
const multiple = (value: number, digits: number): number =>
  value === 0 ? 0 : Math.round(roundDecimal(value, digits) * 10 ** digits)
