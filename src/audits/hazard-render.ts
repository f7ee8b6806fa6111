/** The table of hazards: gains with intervals, and the lead of the headline over each other row. */
import { log } from '../base/elementary.ts'
import {
  BLOCKS_MIN,
  type BlockDraws,
  drawnScores,
  filledBlocks,
  intervalOf,
  withInterval,
} from './block-draws.ts'
import { defined } from './defined.ts'
import {
  eventCountOf,
  gainOf,
  hazardColumns,
  notionalGainOf,
  predictedOverObserved,
} from './hazard-scores.ts'
import { HAZARD, HAZARD_SUM_COUNT, type HazardBlocks } from './hazard-track.ts'
import { anyGap, type RenderContext } from './hit-cells.ts'
import { figureOf } from './spread.ts'
import type { HazardName, HazardRow, HazardView } from './view-hazard.ts'

export function hazardView(context: RenderContext): HazardView {
  const { hazard, layers, plan } = context.audit
  const names = [...hazard.rows.keys()]
  const layerNames: readonly HazardName[] = layers.map(({ name }) => name)
  const headline = names.includes('model') ? 'model' : layerNames[plan.headlineLayer]
  const isRival = (name: HazardName) => name !== 'model' && !layerNames.includes(name)
  const ours = rowSums(
    context.draws,
    headline === undefined ? undefined : hazard.rows.get(headline),
  )
  const constant = constantOf(ours)
  const ordered: readonly HazardName[] = [
    ...names.filter((name) => name === headline),
    ...names.filter((name) => name !== headline && !isRival(name)),
    ...(names.length > 0 ? (['constant'] as const) : []),
    ...names.filter(isRival),
  ]
  const oursDrawn = drawnScores(context.draws, ours.columns, gainOf)
  const rows = ordered.map((name): HazardRow => {
    const sums = name === 'constant' ? constant : rowSums(context.draws, hazard.rows.get(name))
    const row = { ...hazardRow(context, sums), name, isRival: isRival(name) }
    if (name === headline) return { ...row, isHeadline: true }
    const lead = leadOf(context.draws, ours, oursDrawn, sums)
    return { ...row, isHeadline: false, ...defined({ headlineLead: lead }) }
  })
  const { scoredMinutes, unscoredMinutes } = hazard
  return { rows, scoredMinuteCount: scoredMinutes, unscoredMinuteCount: unscoredMinutes }
}

interface RowSums {
  readonly totals: Float64Array
  readonly columns: readonly Float64Array[]
}

function rowSums(draws: BlockDraws, blocks: HazardBlocks | undefined): RowSums {
  const totals = new Float64Array(HAZARD_SUM_COUNT)
  for (const sums of blocks?.values() ?? []) {
    for (const [index, value] of sums.entries()) totals[index] = (totals[index] ?? 0) + value
  }
  return { totals, columns: hazardColumns(draws, blocks) }
}

/** The mean rate in every minute and on both sides. */
function constantOf({ totals, columns }: RowSums): RowSums {
  const rates = totals[HAZARD.rates] ?? 0
  const mean = rates > 0 ? eventCountOf(totals) / rates : 0
  const logMean = mean > 0 ? log(mean) : 0
  const flat = (sums: readonly Float64Array[]) =>
    sums.map((column, place) => {
      const scaled = (from: number, factor: number) =>
        column.map((_, i) => factor * (sums[from]?.[i] ?? 0))
      if (place === HAZARD.cappedLogSum) return scaled(HAZARD.cappedUsd, logMean)
      if (place === HAZARD.longRate || place === HAZARD.shortRate)
        return scaled(HAZARD.minutes, mean)
      if (place !== HAZARD.logSum) return column
      const short = scaled(HAZARD.shortCount, logMean)
      return scaled(HAZARD.longCount, logMean).map((long, i) => long + (short[i] ?? 0))
    })
  const one = flat(Array.from(totals, (value) => Float64Array.of(value)))
  return { totals: Float64Array.from(one, (column) => column[0] ?? 0), columns: flat(columns) }
}

function hazardRow(context: RenderContext, { totals, columns }: RowSums) {
  const { draws, audit } = context
  const rule = audit.options.settings
  const overGap = anyGap(context)
  const eventCount = eventCountOf(totals)
  const figure = (score: (sums: Float64Array) => number | undefined) => {
    const plain = figureOf(score(totals), eventCount, rule, overGap)
    return withInterval(plain, draws, columns[HAZARD.minutes], columns, score)
  }
  const side = (rate: number, count: number) => {
    const events = totals[count] ?? 0
    const value = events > 0 ? (totals[rate] ?? 0) / events : undefined
    return figureOf(value, events, rule, overGap)
  }
  return {
    eventCount,
    minuteCount: totals[HAZARD.minutes] ?? 0,
    gain: figure(gainOf),
    notionalGain: figure(notionalGainOf),
    predictedOverObserved: figure(predictedOverObserved),
    predictedOverObservedBySide: {
      long: side(HAZARD.longRate, HAZARD.longCount),
      short: side(HAZARD.shortRate, HAZARD.shortCount),
    },
  }
}

function leadOf(
  draws: BlockDraws,
  ours: RowSums,
  oursDrawn: readonly (number | undefined)[],
  theirs: RowSums,
) {
  const [own, other] = [gainOf(ours.totals), gainOf(theirs.totals)]
  if (own === undefined || other === undefined) return undefined
  const theirsDrawn = drawnScores(draws, theirs.columns, gainOf)
  const leads = oursDrawn.map((score, draw) => {
    const rival = theirsDrawn[draw]
    return score === undefined || rival === undefined ? undefined : score - rival
  })
  const filled = filledBlocks(ours.columns[HAZARD.minutes])
  return {
    value: own - other,
    ...(filled < BLOCKS_MIN ? { fewBlocks: true as const } : {}),
    ...defined({ interval: intervalOf(leads, filled) }),
  }
}
