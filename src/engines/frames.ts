/**
 * One frame of the book per 30-second slot (`orderbook.md` §3): the notional of each price bucket
 * as the last update of the slot left it.
 *
 * The buckets are counted only when a frame is due. The caller settles before it changes the book:
 * before the first diff of a later slot, and before the book is dropped or a side runs empty.
 */
import {
  decimalsOf,
  pairwiseSum,
  percentileSorted,
  roundDecimal,
  roundHalfEven,
} from '../base/numeric.ts'
import type { SettingSpecs, SettingsOf } from '../base/setting.ts'
import type { BookLevels, BookSides } from './book-levels.ts'
import { type BucketBand, bucketLevels } from './bucket-levels.ts'
import { knownStepUsd, stepUsdFor } from './price-step.ts'

export const FRAMES_SETTINGS = {
  stepUsd: {
    default: 0,
    unit: 'USD',
    doc: 'Width of a price bucket; 0 takes that of the symbol: BTCUSDT 20, ETHUSDT 1, SOLUSDT 0.1, others about 1/3000 of their price.',
    why: 'product.md §1.6.',
    min: 0,
    max: 1e6,
  },
  rangeFraction: {
    default: 0.1,
    unit: 'fraction',
    doc: 'Half-width of the band of prices around the reference price.',
    why: 'orderbook.md §3.',
    min: 0.001,
    max: 0.9,
  },
  slotS: {
    default: 30,
    unit: 's',
    doc: 'Time between frames.',
    why: 'orderbook.md §3.',
    min: 1,
    max: 3600,
    whole: true,
  },
  bucketsMax: {
    default: 1000,
    unit: 'buckets',
    doc: 'Buckets of a frame; those above are cut.',
    why: 'orderbook.md §4: the record holds 1000 a side.',
    min: 1,
    max: 1000,
    whole: true,
  },
} as const satisfies SettingSpecs

export type FramesSettings = SettingsOf<typeof FRAMES_SETTINGS>

export interface BookFrame {
  /** Start of the slot. Unit: s since 1970. Clock: the engine's. */
  readonly startTimeS: number
  /** The mid that the depth message before the slot's last one left. Unit: USD. */
  readonly srcUsd: number
  readonly stepUsd: number
  readonly priceMinUsd: number
  readonly priceMaxUsd: number
  /** Intensity by bucket, 0 at the median and below, 255 at the 95th percentile and above. */
  readonly bidLevels: Uint8Array
  readonly askLevels: Uint8Array
  /** By bucket. Unit: USD. */
  readonly bidNotionalUsd: Float64Array
  readonly askNotionalUsd: Float64Array
  /** Percentiles of the filled buckets of both sides. Unit: USD. */
  readonly p50Usd: number
  readonly p90Usd: number
  readonly p95Usd: number
  readonly p99Usd: number
  readonly maxUsd: number
  readonly bid: SideNorm
  readonly ask: SideNorm
}

/** One side of a frame. Unit: USD. */
export interface SideNorm {
  readonly p50Usd: number
  readonly p95Usd: number
  readonly maxUsd: number
  readonly totalUsd: number
}

export interface FrameAccumulator {
  readonly settings: FramesSettings
  /** 0 until it is known. Unit: USD. */
  stepUsd: number
  /** Index of the slot of the last update; 0 stands for none, as in the reference. */
  slot: number
  srcUsd: number
  /** The frame of `slot`, once it was settled. */
  settled: BookFrame | undefined
}

export function createFrameAccumulator(settings: FramesSettings, symbol: string): FrameAccumulator {
  const stepUsd = settings.stepUsd > 0 ? settings.stepUsd : knownStepUsd(symbol)
  return { settings, stepUsd, slot: 0, srcUsd: 0, settled: undefined }
}

/** Whether an update at `clockMs` is in a later slot than the last one. */
export const isFrameDue = (frames: FrameAccumulator, clockMs: number): boolean =>
  frames.slot > 0 && slotOf(frames, clockMs) > frames.slot

/** Makes the frame of the last update's slot, while the book is as that update left it. */
export function settleFrame(frames: FrameAccumulator, levels: BookLevels): void {
  if (frames.slot === 0 || frames.settled !== undefined) return
  frames.settled = frameOf(frames, levels, levels.live)
}

/**
 * Takes note that the book was updated.
 * @returns the frame of the slot that this update ends, which must have been settled.
 */
export function updateFrames(
  frames: FrameAccumulator,
  srcUsd: number,
  clockMs: number,
): BookFrame | undefined {
  const ended = isFrameDue(frames, clockMs) ? frames.settled : undefined
  if (frames.stepUsd === 0) frames.stepUsd = stepUsdFor(srcUsd)
  frames.slot = slotOf(frames, clockMs)
  frames.srcUsd = srcUsd
  frames.settled = undefined
  return ended
}

/** The price in the middle of bucket `index`: the same double as its decimal text. */
export const bucketPriceUsd = (index: number, stepUsd: number): number =>
  roundDecimal(index * stepUsd, decimalsOf(stepUsd))

/** The values of a frame's buckets as intensities: `orderbook.md` §3, `u8(x)`. */
export function intensitiesOf(
  notionalUsd: Float64Array,
  p50Usd: number,
  p95Usd: number,
): Uint8Array {
  const intensities = new Uint8Array(notionalUsd.length)
  if (p95Usd <= p50Usd) return intensities
  for (let index = 0; index < intensities.length; index += 1) {
    const share = ((notionalUsd[index] ?? 0) - p50Usd) / (p95Usd - p50Usd)
    intensities[index] = Math.trunc(Math.min(255, Math.max(0, share * 255)))
  }
  return intensities
}

function frameOf(frames: FrameAccumulator, levels: BookLevels, sides: BookSides): BookFrame {
  const { srcUsd, stepUsd, settings } = frames
  const lowUsd = srcUsd * (1 - settings.rangeFraction)
  const highUsd = srcUsd * (1 + settings.rangeFraction)
  const lowIndex = roundHalfEven(lowUsd / stepUsd)
  const wantedCount = roundHalfEven(highUsd / stepUsd) - lowIndex + 1
  const bucketCount = Math.min(wantedCount, settings.bucketsMax)
  const band = { lowUsd, highUsd, lowIndex, stepUsd, bucketCount }
  const bidNotionalUsd = bucketsOf(levels, sides, 'bids', band)
  const askNotionalUsd = bucketsOf(levels, sides, 'asks', band)
  const filledBids = filledSorted(bidNotionalUsd)
  const filledAsks = filledSorted(askNotionalUsd)
  const filled = merged(filledBids, filledAsks)
  const p50Usd = filled.length === 0 ? 0 : percentileSorted(filled, 50)
  const p95Usd = filled.length === 0 ? 1 : percentileSorted(filled, 95)
  return {
    startTimeS: frames.slot * settings.slotS,
    srcUsd,
    stepUsd,
    priceMinUsd: lowIndex * stepUsd,
    priceMaxUsd:
      wantedCount > bucketCount
        ? bucketPriceUsd(lowIndex + bucketCount - 1, stepUsd)
        : (lowIndex + bucketCount - 1) * stepUsd,
    bidLevels: intensitiesOf(bidNotionalUsd, p50Usd, p95Usd),
    askLevels: intensitiesOf(askNotionalUsd, p50Usd, p95Usd),
    bidNotionalUsd,
    askNotionalUsd,
    p50Usd,
    p90Usd: filled.length === 0 ? 0 : percentileSorted(filled, 90),
    p95Usd,
    p99Usd: filled.length === 0 ? 1 : percentileSorted(filled, 99),
    maxUsd: filled.at(-1) ?? 1,
    bid: sideNorm(bidNotionalUsd, filledBids),
    ask: sideNorm(askNotionalUsd, filledAsks),
  }
}

interface FrameBand extends BucketBand {
  /** Index of the first bucket. */
  readonly lowIndex: number
  readonly bucketCount: number
}

function bucketsOf(
  levels: BookLevels,
  sides: BookSides,
  side: keyof BookSides,
  band: FrameBand,
): Float64Array {
  const { lowIndex, bucketCount } = band
  const notionalUsd = new Float64Array(bucketCount)
  const { buckets, notionalsUsd, count } = bucketLevels(levels, sides, side, band)
  for (let place = 0; place < count; place += 1) {
    const index = (buckets[place] ?? 0) - lowIndex
    if (index < bucketCount) {
      notionalUsd[index] = (notionalUsd[index] ?? 0) + (notionalsUsd[place] ?? 0)
    }
  }
  return notionalUsd
}

function sideNorm(notionalUsd: Float64Array, filled: Float64Array): SideNorm {
  const totalUsd = pairwiseSum(notionalUsd)
  if (filled.length === 0) return { p50Usd: 0, p95Usd: 1, maxUsd: 1, totalUsd }
  return {
    p50Usd: percentileSorted(filled, 50),
    p95Usd: percentileSorted(filled, 95),
    maxUsd: filled.at(-1) ?? 1,
    totalUsd,
  }
}

/** What is not 0, the least first. */
function filledSorted(notionalUsd: Float64Array): Float64Array {
  const filled = new Float64Array(notionalUsd.length)
  let count = 0
  for (let index = 0; index < notionalUsd.length; index += 1) {
    const value = notionalUsd[index] ?? 0
    if (value > 0) {
      filled[count] = value
      count += 1
    }
  }
  return filled.subarray(0, count).sort()
}

/** Two sorted columns as one. */
function merged(a: Float64Array, b: Float64Array): Float64Array {
  const both = new Float64Array(a.length + b.length)
  let [aPlace, bPlace] = [0, 0]
  for (let place = 0; place < both.length; place += 1) {
    const aNext = a[aPlace] ?? Number.POSITIVE_INFINITY
    const bNext = b[bPlace] ?? Number.POSITIVE_INFINITY
    both[place] = Math.min(aNext, bNext)
    if (aNext <= bNext) aPlace += 1
    else bPlace += 1
  }
  return both
}

const slotOf = (frames: FrameAccumulator, clockMs: number): number =>
  Math.floor(clockMs / 1000 / frames.settings.slotS)
