/** What became of zones, and of price after it touched them. */
import type { LayerTrack } from './audit-state.ts'
import { addAt, blockColumns, blockPlace, withInterval } from './block-draws.ts'
import { anyGap, bothSides, type RenderContext } from './hit-cells.ts'
import { FATE, type ZoneLog } from './layer-track.ts'
import { rateFigure, spreadOf } from './spread.ts'
import type { AuditSide, BothSides } from './view-figures.ts'
import type { FateView, ReactionQuarter, ReactionView } from './view-hits.ts'

const logsOf = ({ sides }: LayerTrack, side: AuditSide | undefined): readonly ZoneLog[] =>
  side === undefined ? [sides.long.log, sides.short.log] : [sides[side].log]

interface FateSums {
  born: number
  touched: number
  confirmed: number
  neverReached: number
  waiting: number
  touchedStrength: number
  emptyStrength: number
  overGap: boolean
}

export const fatesOf = (context: RenderContext, layer: LayerTrack): BothSides<FateView> =>
  bothSides((side) => {
    const logs = logsOf(layer, side)
    const sums: FateSums = {
      born: 0,
      touched: 0,
      confirmed: 0,
      neverReached: 0,
      waiting: 0,
      touchedStrength: 0,
      emptyStrength: 0,
      overGap: false,
    }
    const minutes: number[] = []
    const columns = blockColumns(context.draws, 2)
    for (const log of logs) addFates(context, log, sums, minutes, columns)
    return fateView(context, sums, minutes, columns)
  })

function addFates(
  context: RenderContext,
  log: ZoneLog,
  sums: FateSums,
  minutes: number[],
  columns: readonly Float64Array[],
): void {
  for (const [place, fate] of log.fates.entries()) {
    sums.born += 1
    if ((fate & FATE.touched) !== 0) {
      addTouch(context, log, place, sums, columns)
      minutes.push((log.touchMinutes[place] ?? 0) - (log.birthMinutes[place] ?? 0))
    } else if ((fate & FATE.ended) === 0) sums.waiting += 1
    else sums.neverReached += 1
  }
}

function addTouch(
  { draws }: RenderContext,
  log: ZoneLog,
  place: number,
  sums: FateSums,
  [touchedColumn, emptyColumn]: readonly Float64Array[],
): void {
  const fate = log.fates[place] ?? 0
  const isEmpty = (fate & FATE.confirmed) === 0
  const strength = log.touchStrengths[place] ?? 0
  sums.touched += 1
  sums.touchedStrength += strength
  if (isEmpty) sums.emptyStrength += strength
  else sums.confirmed += 1
  if ((fate & FATE.overGap) !== 0) sums.overGap = true
  const block = blockPlace(draws, log.touchMinutes[place] ?? 0)
  addAt(touchedColumn, block, 1)
  if (isEmpty) addAt(emptyColumn, block, 1)
}

function fateView(
  { audit, draws }: RenderContext,
  sums: FateSums,
  minutes: readonly number[],
  columns: readonly Float64Array[],
): FateView {
  const rule = audit.options.settings
  const { overGap } = sums
  const empty = sums.touched - sums.confirmed
  const gone = sums.born - sums.waiting
  return {
    bornCount: sums.born,
    touchedCount: sums.touched,
    confirmedCount: sums.confirmed,
    emptyCount: empty,
    neverReachedCount: sums.neverReached,
    waitingCount: sums.waiting,
    falsePositiveRate: withInterval(
      rateFigure(empty, sums.touched, rule, overGap),
      draws,
      columns[0],
      columns,
      ([touched = 0, none = 0]) => (touched > 0 ? none / touched : undefined),
    ),
    neverReachedRate: rateFigure(sums.neverReached, gone, rule, overGap),
    emptyStrengthFraction: rateFigure(
      sums.emptyStrength,
      sums.touchedStrength,
      rule,
      overGap,
      sums.touched,
    ),
    minutesToTouch: spreadOf(minutes, rule, overGap),
  }
}

export const reactionsOf = (context: RenderContext, layer: LayerTrack): BothSides<ReactionView> =>
  bothSides((side) =>
    reactionView(
      context,
      logsOf(layer, side).flatMap(({ fates }) => fates),
    ),
  )

/** By strength at birth, the strongest first; of equals the earlier, longs before shorts. */
export function reactionQuarters(
  context: RenderContext,
  layer: LayerTrack,
): readonly ReactionQuarter[] {
  const logs = logsOf(layer, undefined)
  const fates = logs.flatMap((log) => log.fates)
  const strengths = Float64Array.from(logs.flatMap(({ birthStrengths }) => birthStrengths))
  const order = [...fates.keys()].sort((a, b) => (strengths[b] ?? 0) - (strengths[a] ?? 0))
  const size = Math.max(1, Math.floor(order.length / 4))
  return [0, 1, 2, 3].map((quarter) => {
    const places = order.slice(quarter * size, quarter === 3 ? undefined : (quarter + 1) * size)
    const ofQuarter = places.map((place) => fates[place] ?? 0)
    return { quarter: quarter + 1, ...reactionView(context, ofQuarter) }
  })
}

function reactionView(context: RenderContext, fates: readonly number[]): ReactionView {
  const count = (fate: number) => fates.filter((value) => (value & fate) !== 0).length
  const [touched, judged] = [count(FATE.touched), count(FATE.judged)]
  const [reacted, continued] = [count(FATE.reacted), count(FATE.continued)]
  const rule = context.audit.options.settings
  const rate = (part: number, whole: number) => rateFigure(part, whole, rule, anyGap(context))
  return {
    zoneCount: fates.length,
    touchedCount: touched,
    pendingCount: touched - judged,
    reactedCount: reacted,
    continuedCount: continued,
    reactedPerTouched: rate(reacted, judged),
    continuedPerTouched: rate(continued, judged),
    touchedPerZone: rate(touched, fates.length),
    reactedPerZone: rate(reacted, fates.length),
  }
}
