/** What a sweep makes as good as it can, by name. */
import { hazardScore } from '../engines/calibration/hazard.ts'
import { ALL_COLUMNS, type ColumnName } from './trial.ts'

/** Sums over some cells of one symbol. */
export interface Sums {
  /** In the order of the columns of a cell. */
  readonly columns: Float64Array
  readonly misses: Float64Array
}

export type ObjectiveName = 'hazard' | 'hazardNotional' | 'skill' | 'hitRate' | 'miss'

export interface Objective {
  readonly name: ObjectiveName
  readonly title: string
  readonly unit: string
  readonly decimals: number
  /** 1: the higher, the better; -1: the lower. */
  readonly sign: 1 | -1
  /** Wants zones to be met with events, which costs several times as much. */
  readonly audited: boolean
  /** Of one symbol, and how many events it speaks for. */
  readonly score: (sums: Sums) => Score | undefined
}

interface Score {
  readonly value: number
  readonly weight: number
}

const at = ({ columns }: Sums, name: ColumnName): number => columns[ALL_COLUMNS.indexOf(name)] ?? 0

const hazardOf = (sums: Sums) =>
  hazardScore({
    minuteCount: at(sums, 'minuteCount'),
    rateCount: at(sums, 'rateCount'),
    eventCount: at(sums, 'eventCount'),
    rateSum: at(sums, 'rateSum'),
    logSum: at(sums, 'logSum'),
    cappedUsd: at(sums, 'cappedUsd'),
    cappedLogSum: at(sums, 'cappedLogSum'),
  })

const scored = (value: number | undefined, weight: number): Score | undefined =>
  value === undefined || !Number.isFinite(value) || weight <= 0 ? undefined : { value, weight }

export const OBJECTIVES: Readonly<Record<ObjectiveName, Objective>> = {
  hazard: {
    name: 'hazard',
    title: 'hazard gain over a constant',
    unit: 'nats an event',
    decimals: 4,
    sign: 1,
    audited: false,
    score: (sums) => scored(hazardOf(sums).gain, at(sums, 'eventCount')),
  },
  hazardNotional: {
    name: 'hazardNotional',
    title: 'hazard gain over a constant, weighed by capped notional',
    unit: 'nats an event',
    decimals: 4,
    sign: 1,
    audited: false,
    score: (sums) => scored(hazardOf(sums).notionalGain, at(sums, 'cappedUsd')),
  },
  skill: {
    name: 'skill',
    title: 'hit rate over that of matched minutes',
    unit: 'share of events',
    decimals: 4,
    sign: 1,
    audited: true,
    score: (sums) => {
      const count = at(sums, 'matchedCount')
      return scored((at(sums, 'hitsOfMatched') - at(sums, 'matchedHits')) / count, count)
    },
  },
  hitRate: {
    name: 'hitRate',
    title: 'hit rate',
    unit: 'share of events',
    decimals: 4,
    sign: 1,
    audited: true,
    score: (sums) => {
      const count = at(sums, 'admittedCount')
      return scored(at(sums, 'hitCount') / count, count)
    },
  },
  miss: {
    name: 'miss',
    title: 'median distance to the nearest zone',
    unit: 'share of price',
    decimals: 6,
    sign: -1,
    audited: true,
    score: ({ misses }) => scored(medianOf(misses), misses.length),
  },
}

/** Of symbols together: their mean, each as heavy as its events. */
export function scoreOf(objective: Objective, symbols: readonly Sums[]): number | undefined {
  let mean: number | undefined
  let weight = 0
  for (const sums of symbols) {
    const score = objective.score(sums)
    if (score === undefined) continue
    weight += score.weight
    mean = mean === undefined ? score.value : mean + (score.value - mean) * (score.weight / weight)
  }
  return mean
}

/** Σλ / Σy of all symbols; nothing without an event. */
export function predictedOverObserved(symbols: readonly Sums[]): number | undefined {
  let [rates, events] = [0, 0]
  for (const sums of symbols) {
    rates += at(sums, 'rateSum')
    events += at(sums, 'eventCount')
  }
  return events > 0 ? rates / events : undefined
}

/** What a score speaks for: another number of either is another sample. */
export const sampleOf = (symbols: readonly Sums[]): string =>
  symbols.map((sums) => `${at(sums, 'rateCount')}/${at(sums, 'eventCount')}`).join(' ')

function medianOf(values: Float64Array): number | undefined {
  const sorted = values.slice().sort()
  const middle = sorted.length >> 1
  const upper = sorted[middle]
  if (upper === undefined) return undefined
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2
}
