/** Coverage as a table and as JSON. */
import type { CoverageRow } from '../replay/coverage-row.ts'
import { count, table } from './output.ts'

const HEAD = [
  'hour (UTC)',
  'symbol',
  'channel',
  'entries',
  'of',
  'expected',
  'present',
  'missing',
  'twice',
  'blind ms',
  'reconnects',
  'reordered',
  'skew ms',
] as const

/** The same rows; hours as text beside their number. */
export const coverageOf = (rows: readonly CoverageRow[]): readonly object[] =>
  rows.map((row) => ({ hour: hourText(row.hourMs), ...row }))

export function* coverageLines(rows: readonly CoverageRow[]): Generator<string> {
  yield ''
  yield 'coverage by hour of receive time'
  yield table([HEAD, ...rows.map(cellsOf)])
  yield 'of: what is counted; updates: ids of the order book; seconds: one mark price each'
  yield 'skew: receive minus exchange time, least, median and greatest; negative: our clock is behind'
}

function cellsOf(row: CoverageRow): readonly string[] {
  const { symbol, channel, entryCount, unit, skewMs } = row
  const told = (value: number | null): string => (value === null ? '-' : count(value))
  return [
    hourText(row.hourMs),
    symbol === '' ? '-' : symbol,
    channel,
    count(entryCount),
    unit ?? '-',
    told(row.expectedCount),
    told(row.presentCount),
    told(row.missingCount),
    told(row.duplicateCount),
    count(row.blindMs),
    count(row.reconnectCount),
    count(row.reorderedCount),
    skewMs.median === null ? '-' : `${skewMs.min} ${skewMs.median} ${skewMs.max}`,
  ]
}

const hourText = (hourMs: number): string => new Date(hourMs).toISOString().slice(0, 13)
