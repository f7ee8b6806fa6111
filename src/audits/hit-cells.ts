/** The hit tables of a layer, from what each event met. */
import {
  type Audit,
  type AuditedEvent,
  cellOf,
  type LayerSums,
  SHIFT_HOURS,
} from './audit-state.ts'
import { addAt, type BlockDraws, blockColumns, blockPlace, withInterval } from './block-draws.ts'
import type { MatchedHits } from './matched-minutes.ts'
import { figureOf, rateFigure } from './spread.ts'
import type { AuditSide, BothSides } from './view-figures.ts'
import type { HitCell, SideHits } from './view-hits.ts'

export interface RenderContext {
  readonly audit: Audit
  /** Those in the range. */
  readonly events: readonly AuditedEvent[]
  readonly matched: MatchedHits
  readonly draws: BlockDraws
}

export const bothSides = <T>(make: (side: AuditSide | undefined) => T): BothSides<T> => ({
  both: make(undefined),
  long: make('long'),
  short: make('short'),
})

export const eventsOf = (
  { events }: RenderContext,
  side: AuditSide | undefined,
): readonly AuditedEvent[] =>
  side === undefined ? events : events.filter((event) => event.side === side)

export const isOverGap = ({ audit }: RenderContext, events: readonly AuditedEvent[]): boolean =>
  events.some(({ minute }) => audit.gapMinutes.has(minute))

/** The minutes counted that a gap touches. */
export const anyGap = ({ audit }: RenderContext): boolean =>
  audit.rows.some(({ counted, minute }) => counted && audit.gapMinutes.has(minute))

export function sideHits(
  context: RenderContext,
  layer: number,
  side: AuditSide | undefined,
): SideHits {
  const { plan } = context.audit
  const events = eventsOf(context, side)
  const cells = plan.tolerances.flatMap((_, tolerance) =>
    plan.minAgesS.map((_age, age) => hitCell(context, { layer, side, tolerance, age, events })),
  )
  return {
    eventCount: events.length,
    notionalUsd: events.reduce((sum, { notionalUsd }) => sum + notionalUsd, 0),
    cells,
  }
}

interface CellPlace {
  readonly layer: number
  readonly side: AuditSide | undefined
  readonly tolerance: number
  readonly age: number
  readonly events: readonly AuditedEvent[]
}

/** Places of the sums of a cell. */
const SUM = {
  events: 0,
  hits: 1,
  shiftedCount: 2,
  shiftedHits: 3,
  mirroredHits: 4,
  matchedCount: 5,
  matchedHits: 6,
  hitsOfMatched: 7,
} as const
const SUM_COUNT = 8

function hitCell(context: RenderContext, place: CellPlace): HitCell {
  const { audit, draws } = context
  const { plan } = audit
  const { layer, side, tolerance, age, events } = place
  const { columns, totals, gapCount, hitUsd, notionalUsd } = cellSums(context, place)
  const total = (index: number) => totals[index] ?? 0
  const hitCount = total(SUM.hits)
  const eventCount = events.length
  const overGap = isOverGap(context, events)
  const rule = audit.options.settings
  const rate = (part: number, whole: number) => rateFigure(part, whole, rule, overGap)
  const isHeadline = tolerance === plan.headlineTolerance && age === plan.headlineAge
  const drawn = ({ count, parts, score }: Score, always: boolean) => {
    const figure = figureOf(score(Float64Array.from(parts, total)), total(count), rule, overGap)
    if (!(always || isHeadline)) return figure
    const drawnFrom = parts.flatMap((part) => columns[part] ?? [])
    return withInterval(figure, draws, columns[count], drawnFrom, score)
  }
  return {
    toleranceFraction: plan.tolerances[tolerance] ?? 0,
    minAgeMinutes: (plan.minAgesS[age] ?? 0) / 60,
    eventCount,
    hitCount,
    gapCount,
    missCount: eventCount - hitCount - gapCount,
    hitRate: drawn(HIT_RATE, true),
    gapRate: rate(gapCount, eventCount),
    conditionalHitRate: rate(hitCount, eventCount - gapCount),
    notionalHitRate: rateFigure(hitUsd, notionalUsd, rule, overGap, eventCount),
    coverage: coverageFigure(context, layer, side, age * plan.tolerances.length + tolerance),
    shiftedHitRate: rate(total(SUM.shiftedHits), total(SUM.shiftedCount)),
    mirroredHitRate: rate(total(SUM.mirroredHits), eventCount),
    matchedHitRate: rate(total(SUM.matchedHits), total(SUM.matchedCount)),
    overShifted: drawn(OVER_SHIFTED, false),
    overMirrored: drawn(OVER_MIRRORED, false),
    skill: drawn(SKILL, true),
  }
}

function cellSums(context: RenderContext, place: CellPlace) {
  const cell = cellOf(context.audit, place.layer, place.age)
  const columns = blockColumns(context.draws, SUM_COUNT)
  const totals = new Float64Array(SUM_COUNT)
  let [gapCount, notionalUsd, hitUsd] = [0, 0, 0]
  for (const event of place.events) {
    const sums = eventSums(context, event, place)
    const block = blockPlace(context.draws, event.minute)
    for (const [index, value] of sums.entries()) {
      addAt(totals, index, value)
      addAt(columns[index], block, value)
    }
    notionalUsd += event.notionalUsd
    if ((sums[SUM.hits] ?? 0) > 0) hitUsd += event.notionalUsd
    if (event.distances[cell] === Number.POSITIVE_INFINITY) gapCount += 1
  }
  return { columns, totals, gapCount, notionalUsd, hitUsd }
}

interface Score {
  /** The sum that counts its samples. */
  readonly count: number
  /** The sums that `score` is given, in its order. */
  readonly parts: readonly number[]
  readonly score: (sums: Float64Array) => number | undefined
}

const HIT_RATE: Score = {
  count: SUM.events,
  parts: [SUM.hits, SUM.events],
  score: ([hits, events]) => ratio(hits, events),
}

const OVER_SHIFTED: Score = {
  count: SUM.events,
  parts: [SUM.hits, SUM.events, SUM.shiftedHits, SUM.shiftedCount],
  score: ([hits, events, shifted, count]) => difference(ratio(hits, events), ratio(shifted, count)),
}

const OVER_MIRRORED: Score = {
  count: SUM.events,
  parts: [SUM.hits, SUM.events, SUM.mirroredHits],
  score: ([hits, events, mirrored]) => difference(ratio(hits, events), ratio(mirrored, events)),
}

const SKILL: Score = {
  count: SUM.matchedCount,
  parts: [SUM.hitsOfMatched, SUM.matchedHits, SUM.matchedCount],
  score: ([hits, matched, count]) => difference(ratio(hits, count), ratio(matched, count)),
}

const ratio = (part = 0, whole = 0) => (whole > 0 ? part / whole : undefined)

const difference = (a: number | undefined, b: number | undefined) =>
  a === undefined || b === undefined ? undefined : a - b

/** What one event adds. */
function eventSums(
  { audit, matched }: RenderContext,
  event: AuditedEvent,
  { layer, tolerance, age }: CellPlace,
): Float64Array {
  const { tolerances } = audit.plan
  const limit = tolerances[tolerance] ?? 0
  const cell = cellOf(audit, layer, age)
  const { distances, mirrored, shifted } = event
  const isHit = isWithin(distances[cell], limit)
  const sums = new Float64Array(SUM_COUNT)
  sums[SUM.events] = 1
  sums[SUM.hits] = isHit
  for (let shift = 0; shift < SHIFT_HOURS.length; shift += 1) {
    const distance = shifted[shift * distances.length + cell]
    if (distance === undefined || Number.isNaN(distance)) continue
    addAt(sums, SUM.shiftedCount, 1)
    addAt(sums, SUM.shiftedHits, isWithin(distance, limit))
  }
  sums[SUM.mirroredHits] = isWithin(mirrored[cell], limit)
  const hits = matched.get(event)
  if (hits !== undefined) {
    sums[SUM.matchedCount] = 1
    sums[SUM.matchedHits] = hits[cell * tolerances.length + tolerance] ?? 0
    sums[SUM.hitsOfMatched] = isHit
  }
  return sums
}

const isWithin = (distance: number | undefined, limit: number): 0 | 1 =>
  distance !== undefined && distance <= limit ? 1 : 0

function coverageFigure(
  context: RenderContext,
  layer: number,
  side: AuditSide | undefined,
  cell: number,
) {
  const { layers, fixedSums, countedMinutes, options } = context.audit
  const sums = layers[layer]?.sums ?? fixedSums
  const of = (one: LayerSums) => one.coverage[cell] ?? 0
  const sum = side === undefined ? (of(sums.long) + of(sums.short)) / 2 : of(sums[side])
  return rateFigure(sum, countedMinutes, options.settings, anyGap(context))
}
