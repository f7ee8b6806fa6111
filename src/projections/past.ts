/**
 * The past of a recording as bodies show it: minutes, frames, liquidations, gaps. Rings of the
 * reference (`api.md` §6, §8) are its newest items before a sequence.
 */
import { roundHalfEven } from '../base/numeric.ts'
import type { ZoneFact } from '../engines/calibration/standard-zones.ts'
import type { MinuteClose } from '../engines/minute-close.ts'
import type { Documents, EngineOutcome } from '../engines/symbol/symbol-engines.ts'
import type { AlarmFact } from '../model/facts.ts'
import type { PackedFrame } from './packed-frame.ts'
import { Track } from './track.ts'
import type { GapView } from './views.ts'

/** Twelve hours: what histories show at most. */
export const MINUTES_SHOWN_MAX = 720
/** Two slots a minute. */
export const FRAMES_SHOWN_MAX = 1440
/** Kept for moments of the past: two weeks of minutes, two days of frames. */
const MINUTES_KEPT = 20_160
const FRAMES_KEPT = 5_760
const EVENTS_KEPT = 200_000
const RARE_KEPT = 10_000
const MARKS_KEPT = 50_000

/** A minute of one of the two snapshots, on its grid, as bytes (`api.md` §6.1). */
export interface HeatFrame {
  /** Unit: s since 1970. */
  readonly timeS: number
  readonly srcUsd: number
  readonly stepUsd: number
  /** Price of the first byte in steps. */
  readonly lowLevel: number
  readonly long: Uint8Array
  readonly short: Uint8Array
}

export interface MinuteRecord {
  readonly seq: number
  /** The minute that closed, counted from 1970. */
  readonly minute: number
  /** Receive time of the entry that closed it. Unit: ms. */
  readonly recvTimeMs: number
  readonly close: MinuteClose
  /** The book was in sync and no gap lies in the minute. */
  readonly complete: boolean
  readonly gapCount: number
  /** Expected before the minute was known; nothing where the model does not tell. */
  readonly expected: { readonly long: number; readonly short: number } | undefined
  /** Shares of the ladder after the close: tier, share, tier, share and so on. */
  readonly weights: Float64Array
  /** What a strength of 1 stands for. Unit: USD. */
  readonly strongestUsd: number
  readonly v1: HeatFrame | undefined
  readonly v2: HeatFrame | undefined
  /** Digest of the state after the close; empty until it is known. */
  digest: string
}

export interface FrameRecord {
  readonly seq: number
  readonly recvTimeMs: number
  readonly frame: PackedFrame
}

export interface LiquidationRecord {
  readonly seq: number
  readonly recvTimeMs: number
  /** The venue's. Unit: ms since 1970. */
  readonly timeMs: number
  /** Of the position. */
  readonly side: 'long' | 'short'
  readonly priceUsd: number
  readonly sizeBase: number
}

export interface ZoneRecord extends ZoneFact {
  readonly seq: number
  readonly recvTimeMs: number
}

export interface FaultRecord {
  readonly seq: number
  readonly recvTimeMs: number
  readonly symbol: string
  readonly channel: string
  readonly reason: string
}

/** Entries of each stream up to a sequence. */
export interface Mark {
  /** Entries up to here are counted: unlike elsewhere, `seq` itself is the first that is not. */
  readonly seq: number
  readonly firstRecvMs: number
  readonly lastRecvMs: number
  readonly faultCount: number
  /** By the stream's index in {@link RecordingPast.streams}. */
  readonly entryCounts: Float64Array
  readonly lastRecvsMs: Float64Array
}

export interface SymbolPast {
  readonly minutes: Track<MinuteRecord>
  readonly frames: Track<FrameRecord>
  readonly liquidations: Track<LiquidationRecord>
  readonly zoneChanges: Track<ZoneRecord>
}

export interface StreamName {
  readonly venue: string
  readonly symbol: string
  readonly channel: string
}

export interface GapRecord extends GapView {
  readonly seq: number
}

export interface AlarmRecord extends AlarmFact {
  readonly seq: number
  readonly recvTimeMs: number
}

export interface RecordingPast {
  readonly symbols: Map<string, SymbolPast>
  readonly gaps: Track<GapRecord>
  readonly alarms: Track<AlarmRecord>
  /** Starts of the recorder: it takes up no worry of the run before. */
  readonly starts: Track<{ readonly seq: number }>
  readonly faults: Track<FaultRecord>
  readonly marks: Track<Mark>
  /** In the order in which they came; shared by all marks. */
  readonly streams: StreamName[]
}

export const createPast = (): RecordingPast => ({
  symbols: new Map(),
  gaps: new Track(EVENTS_KEPT),
  alarms: new Track(RARE_KEPT),
  starts: new Track(RARE_KEPT),
  faults: new Track(RARE_KEPT),
  marks: new Track(MARKS_KEPT),
  streams: [],
})

export function pastOf({ symbols }: RecordingPast, symbol: string): SymbolPast {
  const known = symbols.get(symbol)
  if (known !== undefined) return known
  const past: SymbolPast = {
    minutes: new Track(MINUTES_KEPT),
    frames: new Track(FRAMES_KEPT),
    liquidations: new Track(EVENTS_KEPT),
    zoneChanges: new Track(EVENTS_KEPT),
  }
  symbols.set(symbol, past)
  return past
}

/** Both snapshots of a minute as bytes, and what a strength of 1 is worth. */
export function heatOf(
  documents: Documents | undefined,
  outcome: EngineOutcome | undefined,
): Pick<MinuteRecord, 'v1' | 'v2' | 'strongestUsd'> {
  return {
    v1: documents === undefined ? undefined : heatFrame(documents.v1),
    v2: documents === undefined ? undefined : heatFrame(documents.v2),
    strongestUsd: outcome?.map.maxValue ?? 0,
  }
}

interface SnapshotGrid {
  readonly ts?: number
  readonly src: number
  readonly step: number
  readonly price_min: number
  readonly long_intensity: readonly number[]
  readonly short_intensity: readonly number[]
}

const heatFrame = (document: SnapshotGrid): HeatFrame => ({
  timeS: document.ts ?? 0,
  srcUsd: document.src,
  stepUsd: document.step,
  lowLevel: roundHalfEven(document.price_min / document.step),
  long: quantized(document.long_intensity),
  short: quantized(document.short_intensity),
})

/** `api.md` §6.1 step 3. */
export const quantized = (values: readonly number[]): Uint8Array =>
  Uint8Array.from(values, (value) => Math.min(255, Math.max(0, Math.trunc(value * 255))))
