/** Differences of two audits, B less A, with intervals: paired by block where both have the same blocks. */
import type { Audit, AuditedEvent } from '../audits/audit-state.ts'
import { cellOf } from '../audits/audit-state.ts'
import {
  type BlockDraws,
  blockColumns,
  drawBlocks,
  drawnScores,
  filledBlocks,
  intervalOf,
} from '../audits/block-draws.ts'
import {
  gainOf,
  hazardColumns,
  notionalGainOf,
  predictedOverObserved,
} from '../audits/hazard-scores.ts'
import { matchEvents } from '../audits/matched-minutes.ts'
import type { AuditInterval } from '../audits/view-figures.ts'
import type { HazardName } from '../audits/view-hazard.ts'

/** What is compared. */
export type CompareName = 'gain' | 'notionalGain' | 'predictedOverObserved' | 'hitRate' | 'skill'

export interface Difference {
  readonly name: CompareName
  readonly a?: number
  readonly b?: number
  /** B less A. */
  readonly value?: number
  readonly interval?: AuditInterval
}

type Columns = readonly Float64Array[]
type Score = (sums: Float64Array) => number | undefined

interface Measure {
  readonly name: CompareName
  readonly score: Score
  /** Sums by block of `draws`. */
  readonly columns: (audit: Audit, draws: BlockDraws) => Columns
}

/**
 * `paired`: both saw the same market, so that a block of one is that of the other. Otherwise each is
 * drawn by itself.
 */
export function differencesOf(a: Audit, b: Audit, paired: boolean): readonly Difference[] {
  const settings = a.options.settings
  const minutesOf = ({ rows }: Audit) =>
    rows.filter(({ counted }) => counted).map(({ minute }) => minute)
  const both = [...new Set([...minutesOf(a), ...minutesOf(b)])].sort((one, two) => one - two)
  const drawsA = drawBlocks(paired ? both : minutesOf(a), settings)
  const drawsB = paired
    ? drawsA
    : drawBlocks(minutesOf(b), { ...settings, seed: (settings.seed + 1) >>> 0 })
  return MEASURES.map(({ name, score, columns }) => {
    const [columnsA, columnsB] = [columns(a, drawsA), columns(b, drawsB)]
    const [valueA, valueB] = [score(totalsOf(columnsA)), score(totalsOf(columnsB))]
    if (valueA === undefined || valueB === undefined) {
      return {
        name,
        ...(valueA === undefined ? {} : { a: valueA }),
        ...(valueB === undefined ? {} : { b: valueB }),
      }
    }
    const drawnA = drawnScores(drawsA, columnsA, score)
    const drawnB = drawnScores(drawsB, columnsB, score)
    const leads = drawnB.map((one, draw) => {
      const other = drawnA[draw]
      return one === undefined || other === undefined ? undefined : one - other
    })
    const interval = intervalOf(
      leads,
      Math.min(filledBlocks(columnsA[0]), filledBlocks(columnsB[0])),
    )
    return {
      name,
      a: valueA,
      b: valueB,
      value: valueB - valueA,
      ...(interval === undefined ? {} : { interval }),
    }
  })
}

const totalsOf = (columns: Columns): Float64Array =>
  Float64Array.from(columns, (column) => column.reduce((sum, value) => sum + value, 0))

const MEASURES: readonly Measure[] = [
  {
    name: 'gain',
    score: gainOf,
    columns: headlineColumns,
  },
  {
    name: 'notionalGain',
    score: notionalGainOf,
    columns: headlineColumns,
  },
  {
    name: 'predictedOverObserved',
    score: predictedOverObserved,
    columns: headlineColumns,
  },
  {
    name: 'hitRate',
    score: ([events = 0, hits = 0]) => (events > 0 ? hits / events : undefined),
    columns: (audit, draws) =>
      eventColumns(audit, draws, 2, (event) => [1, isHit(audit, event) ? 1 : 0]),
  },
  {
    name: 'skill',
    score: ([events = 0, hits = 0, matched = 0]) =>
      events > 0 ? (hits - matched) / events : undefined,
    columns: skillColumns,
  },
]

/** Which row of hazards the verdict is about. */
export function headlineHazard({ hazard, options, plan }: Audit): HazardName | undefined {
  return hazard.rows.has('model') ? 'model' : options.layers[plan.headlineLayer]?.name
}

function headlineColumns(audit: Audit, draws: BlockDraws): Columns {
  const name = headlineHazard(audit)
  return hazardColumns(draws, name === undefined ? undefined : audit.hazard.rows.get(name))
}

function isHit(audit: Audit, { distances }: AuditedEvent): boolean {
  const { plan } = audit
  const distance = distances[cellOf(audit, plan.headlineLayer, plan.headlineAge)]
  return (distance ?? Number.POSITIVE_INFINITY) <= (plan.tolerances[plan.headlineTolerance] ?? 0)
}

function skillColumns(audit: Audit, draws: BlockDraws): Columns {
  const { plan } = audit
  const matched = matchEvents(audit)
  const cell = cellOf(audit, plan.headlineLayer, plan.headlineAge)
  return eventColumns(audit, draws, 3, (event) => {
    const hits = matched.get(event)
    if (hits === undefined) return undefined
    const place = cell * plan.tolerances.length + plan.headlineTolerance
    return [1, isHit(audit, event) ? 1 : 0, hits[place] ?? 0]
  })
}

function eventColumns(
  { events }: Audit,
  draws: BlockDraws,
  count: number,
  sumsOf: (event: AuditedEvent) => readonly number[] | undefined,
): Columns {
  const columns = blockColumns(draws, count)
  for (const event of events) {
    const sums = event.counted ? sumsOf(event) : undefined
    const place = draws.placeOf.get(Math.floor(event.minute / draws.blockMinutes))
    if (sums === undefined || place === undefined) continue
    for (const [index, value] of sums.entries()) {
      const column = columns[index]
      if (column !== undefined) column[place] = (column[place] ?? 0) + value
    }
  }
  return columns
}
