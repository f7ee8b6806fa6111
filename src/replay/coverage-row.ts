/** One stream in one hour: how it is counted, and how it is shown. */
import type { StreamKey } from '../model/block.ts'
import { type Skew, SkewTally } from './skew-tally.ts'

/** What is counted where a stream tells: a trade, an update id of a book, a second of a mark price. */
export type CoverageUnit = 'trades' | 'updates' | 'seconds'

/** One stream in one hour of receive time. */
export interface CoverageRow {
  /** When the hour begins. Unit: ms since 1970. */
  readonly hourMs: number
  readonly venue: string
  /** Empty: liquidations of all markets that are not recorded by themselves. */
  readonly symbol: string
  readonly channel: string
  readonly entryCount: number
  /** `null`: the stream does not tell, and so are the four after it. */
  readonly unit: CoverageUnit | null
  readonly expectedCount: number | null
  readonly presentCount: number | null
  /** Where a hole spans hours, each has a share by time. */
  readonly missingCount: number | null
  /** Entries that brought nothing which was not there. */
  readonly duplicateCount: number | null
  /** In gaps, and around what ids show to be missing. Unit: ms. */
  readonly blindMs: number
  /** Connections that delivered it and ended, those replaced as planned included. */
  readonly reconnectCount: number
  /** Entries that came after one of their symbol with a later exchange time. */
  readonly reorderedCount: number
  /** Receive time minus exchange time; negative: our clock is behind. Unit: ms. */
  readonly skewMs: Skew
}

/** Of an hour, while it is counted. */
export interface Cell {
  entryCount: number
  presentCount: number
  missingCount: number
  duplicateCount: number
  blindMs: number
  reconnectCount: number
  reorderedCount: number
  readonly skew: SkewTally
}

export const startCell = (): Cell => ({
  entryCount: 0,
  presentCount: 0,
  missingCount: 0,
  duplicateCount: 0,
  blindMs: 0,
  reconnectCount: 0,
  reorderedCount: 0,
  skew: new SkewTally(),
})

/** Of streams that are shown as one: none of them tells what was expected. */
export function addCell(into: Cell, from: Cell): void {
  into.entryCount += from.entryCount
  into.reorderedCount += from.reorderedCount
  into.skew.merge(from.skew)
}

export function rowOf(
  hourMs: number,
  { venue, symbol, channel }: StreamKey,
  unit: CoverageUnit | null,
  cell: Cell,
): CoverageRow {
  const { entryCount, presentCount, missingCount, duplicateCount } = cell
  const { blindMs, reconnectCount, reorderedCount } = cell
  const told = <T>(value: T): T | null => (unit === null ? null : value)
  return {
    hourMs,
    venue,
    symbol,
    channel,
    entryCount,
    unit,
    expectedCount: told(presentCount + missingCount),
    presentCount: told(presentCount),
    missingCount: told(missingCount),
    duplicateCount: told(duplicateCount),
    blindMs: Math.round(blindMs),
    reconnectCount,
    reorderedCount,
    skewMs: cell.skew.skew(),
  }
}
