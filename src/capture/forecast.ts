/** How much disk a capture takes, from what its streams bring in a day or from what it took so far. */
import type { CapturePlan } from './plan.ts'
import type { Venue } from './venue.ts'

export interface ForecastOptions {
  /** What a recording of the same streams took; nothing: there is none to go by. */
  readonly measured?: { readonly storedBytes: number; readonly spanMs: number } | undefined
  /** How long segments are kept; nothing: for ever. */
  readonly keepMs?: number | undefined
  /** Of the disk. */
  readonly freeBytes?: number | undefined
}

export interface DiskForecast {
  /** `measured`: from the recording that is there. `estimate`: from an active contract of the venue. */
  readonly source: 'measured' | 'estimate'
  readonly framesPerSecond: number
  readonly bytesPerDay: number
  readonly bytesPerMonth: number
  readonly bytesPerYear: number
  /** What retention leaves on disk in the long run; `null` without one. */
  readonly keptBytes: number | null
  /** When the disk is full; `null` where it never is, or nobody knows what is free. Unit: days. */
  readonly fullAfterDays: number | null
}

/** Sealed bytes per byte of payload: 40.7 of 292.4 bytes an event, zstd level 1, blocks of 256 KB. */
const STORED_FRACTION = 0.14
const DAY_MS = 86_400_000
const MONTH_DAYS = 30
const YEAR_DAYS = 365
/** Less says too little of a day. */
const MEASURED_MS_MIN = 3_600_000
const REPLY_BYTES = 300

export function forecastDisk(
  plan: CapturePlan,
  venue: Venue,
  { measured, keepMs, freeBytes }: ForecastOptions,
): DiskForecast {
  const isMeasured = measured !== undefined && measured.spanMs >= MEASURED_MS_MIN
  const bytesPerDay = isMeasured
    ? (measured.storedBytes * DAY_MS) / measured.spanMs
    : payloadBytesPerDay(plan, venue) * STORED_FRACTION
  const keptBytes = keepMs === undefined ? null : (bytesPerDay * keepMs) / DAY_MS
  return {
    source: isMeasured ? 'measured' : 'estimate',
    framesPerSecond: framesPerSecond(plan, venue),
    bytesPerDay,
    bytesPerMonth: bytesPerDay * MONTH_DAYS,
    bytesPerYear: bytesPerDay * YEAR_DAYS,
    keptBytes,
    fullAfterDays: fullAfterDays(bytesPerDay, keptBytes, freeBytes),
  }
}

function fullAfterDays(
  bytesPerDay: number,
  keptBytes: number | null,
  freeBytes: number | undefined,
): number | null {
  if (freeBytes === undefined || bytesPerDay <= 0) return null
  return keptBytes !== null && keptBytes <= freeBytes ? null : freeBytes / bytesPerDay
}

function framesPerSecond({ connections, connectionCopies }: CapturePlan, venue: Venue): number {
  const streams = connections.flatMap((connection) => connection.streams)
  const rates = streams.map(({ channel }) => venue.loads.get(channel)?.framesPerSecond ?? 0)
  return rates.reduce((sum, rate) => sum + rate, 0) * connectionCopies
}

function payloadBytesPerDay(plan: CapturePlan, venue: Venue): number {
  let bytes = 0
  for (const { channel } of plan.connections.flatMap(({ streams }) => streams)) {
    const load = venue.loads.get(channel)
    if (load === undefined) continue
    const framesPerDay = (load.framesPerSecond * DAY_MS) / 1000
    bytes += framesPerDay * load.frameBytes * plan.connectionCopies
  }
  for (const { channel, everyMs } of plan.polls) {
    bytes += ((venue.loads.get(channel)?.frameBytes ?? REPLY_BYTES) * DAY_MS) / everyMs
  }
  return bytes
}
