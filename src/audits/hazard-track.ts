/**
 * Hazards as the minutes come: the rates of the model, of each layer by the mass in the band that
 * price crossed, and of the rivals, summed by blocks (`standard-profile.md` §4).
 */
import { log } from '../base/elementary.ts'
import type { RatedMinute } from '../engines/calibration/hazard.ts'
import {
  adversePercent,
  createPathRival,
  learnPath,
  type PathRival,
  rateOfPath,
} from '../engines/calibration/path-rival.ts'
import { closeRivalMinute, createRivals, type Rivals } from '../engines/calibration/rivals.ts'
import { createStandardModel } from '../engines/calibration/standard-model.ts'
import type { StandardMinute } from '../engines/calibration/standard-positions.ts'
import type { AuditOptions } from './audit-options.ts'
import type { PerSide } from './view-figures.ts'
import type { HazardName } from './view-hazard.ts'

/** Places of the sums of a block. */
export const HAZARD = {
  minutes: 0,
  rates: 1,
  longCount: 2,
  shortCount: 3,
  longRate: 4,
  shortRate: 5,
  logSum: 6,
  cappedUsd: 7,
  cappedLogSum: 8,
} as const
export const HAZARD_SUM_COUNT = 9

/** By block of minutes. */
export type HazardBlocks = Map<number, Float64Array>

export interface HazardTrack {
  readonly layers: readonly PathRival[]
  readonly adverse: PathRival
  readonly rivals: Rivals | undefined
  readonly rows: Map<HazardName, HazardBlocks>
  scoredMinutes: number
  unscoredMinutes: number
}

export function createHazardTrack({ layers, symbol, standard }: AuditOptions): HazardTrack {
  return {
    layers: layers.map(() => createPathRival('mapMass')),
    adverse: createPathRival('adverseMove'),
    rivals:
      standard === undefined
        ? undefined
        : createRivals(createStandardModel(symbol, standard.grid, standard.settings)),
    rows: new Map(),
    scoredMinutes: 0,
    unscoredMinutes: 0,
  }
}

export interface HazardMinute {
  readonly bar: StandardMinute
  /** Counts and notional of the minute; its rates only where `hasRates`. */
  readonly rated: RatedMinute
  readonly hasRates: boolean
  readonly closeBeforeUsd: number
  /** What each layer held in the band that price crossed. Unit: USD. */
  readonly massesUsd: readonly PerSide<number>[]
  readonly counted: boolean
  readonly block: number
}

/** Gives the rated minute of each layer. */
export function closeHazardMinute(
  track: HazardTrack,
  minute: HazardMinute,
  names: readonly HazardName[],
): readonly RatedMinute[] {
  const { rated, hasRates, massesUsd } = minute
  const add = (name: HazardName, expected: RatedMinute) => {
    if (minute.counted && rated.scored) addBlock(rowOf(track, name), minute.block, expected)
  }
  if (minute.counted) {
    if (rated.scored) track.scoredMinutes += 1
    else track.unscoredMinutes += 1
  }
  if (hasRates) add('model', rated)
  const layers = track.layers.map((rival, place) => {
    const mass = massesUsd[place] ?? { long: 0, short: 0 }
    const expected = ratedBy(rival, mass, rated)
    const name = names[place]
    if (name !== undefined) add(name, expected)
    return expected
  })
  closeRivals(track, minute, add)
  return layers
}

function closeRivals(
  track: HazardTrack,
  { bar, rated, closeBeforeUsd }: HazardMinute,
  add: (name: HazardName, expected: RatedMinute) => void,
): void {
  if (track.rivals === undefined) {
    add('adverseMove', ratedBy(track.adverse, adversePercent(closeBeforeUsd, bar), rated))
    return
  }
  for (const [name, expected] of Object.entries(closeRivalMinute(track.rivals, bar, rated))) {
    add(name as HazardName, expected)
  }
}

/** What a number of the minute told before its liquidations; then what they teach. */
function ratedBy(rival: PathRival, value: PerSide<number>, rated: RatedMinute): RatedMinute {
  const long = { ...rated.long, rate: rateOfPath(rival, value.long) }
  const short = { ...rated.short, rate: rateOfPath(rival, value.short) }
  learnPath(rival, value.long, long.count)
  learnPath(rival, value.short, short.count)
  return { ...rated, long, short }
}

function rowOf({ rows }: HazardTrack, name: HazardName): HazardBlocks {
  let row = rows.get(name)
  if (row === undefined) {
    row = new Map()
    rows.set(name, row)
  }
  return row
}

function addBlock(blocks: HazardBlocks, block: number, { long, short }: RatedMinute): void {
  let sums = blocks.get(block)
  if (sums === undefined) {
    sums = new Float64Array(HAZARD_SUM_COUNT)
    blocks.set(block, sums)
  }
  const add = (place: number, value: number) => {
    sums[place] = (sums[place] ?? 0) + value
  }
  add(HAZARD.minutes, 1)
  add(HAZARD.rates, 2)
  add(HAZARD.longCount, long.count)
  add(HAZARD.shortCount, short.count)
  add(HAZARD.longRate, long.rate)
  add(HAZARD.shortRate, short.rate)
  for (const { rate, count, cappedUsd } of [long, short]) {
    if (count === 0 && cappedUsd === 0) continue
    const logRate = log(rate)
    add(HAZARD.logSum, count * logRate)
    add(HAZARD.cappedUsd, cappedUsd)
    add(HAZARD.cappedLogSum, cappedUsd * logRate)
  }
}
