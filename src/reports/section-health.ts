/** The health of what was fed in: open interest, taker flow, gaps, refused events. */
import type { BookCheck } from '../audits/audit-input.ts'
import type { AuditView } from '../audits/audit-view.ts'
import { reasonWord } from '../audits/finding-text.ts'
import { fixed, signed, whole } from '../audits/number-text.ts'
import { figure, momentMs, NOTHING, optional, share, usd } from './figures.ts'
import { firstOf, list, table } from './markdown.ts'
import type { ReportHead } from './report.ts'

/** The longest list of rows that a person reads. */
const ROWS_MAX = 40

export function inputTable(
  { openInterest, aggression, range }: AuditView,
  { settings }: ReportHead,
): string {
  const unit = settings['pipeline.openInterestUnit'] === 'base' ? 'base units' : 'USD'
  return table(
    ['<', '<'],
    [
      [
        'minutes',
        `${whole(range.minuteCount)}, after ${whole(range.warmupMinuteCount)} that only warmed up`,
      ],
      [
        'open interest',
        `${openInterest.status}: replies came in ${figure(openInterest.validRate, share)} % of minutes; it rose in ${whole(openInterest.positiveCount)}, fell in ${whole(openInterest.negativeCount)}, stood in ${whole(openInterest.zeroCount)}; longest time without ${whole(openInterest.longestGapS)} s; median change of a minute ${optional(openInterest.medianChange, (value) => signed(value, 2))} ${unit}`,
      ],
      [
        'taker flow',
        `${aggression.status}: trades in ${whole(aggression.minutesWithTrades)} of ${whole(aggression.minuteCount)} minutes, made up in ${figure(aggression.fallbackRate, share)} %; median ${optional(aggression.medianTradeCount, whole)} trades a minute`,
      ],
    ],
  )
}

const bookLines = ({ snapshotCount, levelCount, differingCount }: BookCheck): readonly string[] =>
  snapshotCount === 0
    ? []
    : [
        `the order book was compared with ${whole(snapshotCount)} snapshots of the venue: ${whole(differingCount)} of ${whole(levelCount)} levels differ`,
      ]

export function feedSection({ feed }: AuditView, faultCount: number): readonly string[] {
  const sources = feed.barSources.map(
    ({ source, minuteCount }) => `${source} ${whole(minuteCount)}`,
  )
  const lines = [
    `${whole(feed.gapCount)} gaps, longest ${fixed(feed.longestGapMs / 1000, 1)} s, ${whole(feed.missingCount)} messages known to be missing; ${whole(feed.touchedMinuteCount)} minutes and ${whole(feed.touchedEventCount)} liquidations are touched`,
    `${whole(feed.holes.length)} holes: pauses of more than two minutes between closed minutes`,
    `bars made of: ${sources.length === 0 ? NOTHING : sources.join(', ')} (minutes); book out of sync at the end of ${whole(feed.staleBookMinuteCount)}`,
    `${whole(faultCount)} messages could not be read`,
    ...bookLines(feed.bookCheck),
  ]
  if (feed.gaps.length === 0) return [list(lines)]
  return [
    list(lines),
    table(
      ['seq', '<time', '<channel', '<cause', 'lasted', 'messages missing', 'liquidations touched'],
      feed.gaps
        .slice(0, ROWS_MAX)
        .map((gap) => [
          String(gap.seq),
          optional(gap.timeS, momentMs),
          gap.channel === '' ? 'all' : gap.channel,
          gap.cause,
          gap.durationMs === 0 ? NOTHING : `${fixed(gap.durationMs / 1000, 1)} s`,
          whole(gap.missingCount),
          whole(gap.eventCount),
        ]),
    ),
    ...leftOut(feed.gapCount),
  ]
}

const leftOut = (count: number): readonly string[] =>
  count > ROWS_MAX
    ? [`The longest ${ROWS_MAX} of ${whole(count)}; the JSON twin names more of them.`]
    : []

export function rejectedSection({ rejected }: AuditView): readonly string[] {
  if (rejected.count === 0) return ['None.']
  const counts = rejected.reasons.map(
    ({ reason, count }) => `${reasonWord(reason)} ${whole(count)}`,
  )
  return [
    `${whole(rejected.count)} of ${whole(rejected.rate.sampleCount)} liquidations are in no figure: ${counts.join(', ')}.`,
    table(
      ['seq', '<time', '<symbol of the order', '<reason', '<side', 'price', '<engines'],
      rejected.events
        .slice(0, ROWS_MAX)
        .map((event) => [
          String(event.seq),
          optional(event.timeS, momentMs),
          event.orderSymbol,
          reasonWord(event.reason),
          event.side ?? NOTHING,
          event.priceUsd === undefined ? NOTHING : priceOf(event.priceUsd),
          event.takenByEngines ? '**took it**' : 'kept out',
        ]),
    ),
    ...leftOut(rejected.events.length),
  ]
}

/** Of tokens that cost less than a cent too. */
export const priceOf = (value: number): string => fixed(value, value >= 1 ? 2 : 6)

export function eventTable({ liquidations, feed }: AuditView): string {
  const { seenCount, admittedCount, duplicateCount, count, notionalUsd, perHour } = liquidations
  return table(
    ['<liquidations', '<'],
    [
      ['seen', whole(seenCount)],
      [
        'admitted',
        `${whole(admittedCount)} (${whole(count.long)} longs, ${whole(count.short)} shorts)`,
      ],
      ['an hour', optional(perHour, (value) => fixed(value, 1))],
      [
        'notional, at least',
        `${usd(notionalUsd.long + notionalUsd.short)} (longs ${usd(notionalUsd.long)}, shorts ${usd(notionalUsd.short)})`,
      ],
      ['duplicates', whole(duplicateCount)],
      [
        'first and last',
        `${optional(liquidations.firstTimeS, momentMs)} to ${optional(liquidations.lastTimeS, momentMs)}`,
      ],
      ['in minutes that a gap touches', whole(feed.touchedEventCount)],
    ],
  )
}

export const seqList = (seqs: readonly number[], most = 12): string =>
  seqs.length === 0 ? NOTHING : firstOf(seqs, most, String)
