/**
 * The rivals of the standard model in every table of scores (`standard-profile.md` §4). Reports and
 * sweeps run them beside a replay; no replay needs them.
 */
import { addRated, createHazard, type HazardSums, type RatedMinute } from './hazard.ts'
import {
  adversePercent,
  createPathRival,
  learnPath,
  type PathRival,
  rateOfPath,
} from './path-rival.ts'
import { closeStandardMinute, createStandardModel, type StandardModel } from './standard-model.ts'
import { rangePercent, type StandardMinute } from './standard-positions.ts'

export const WRONG_HOURS = [3, 5, 7] as const

export type RivalName = 'adverseMove' | 'constantMass' | `wrongHours${(typeof WRONG_HOURS)[number]}`

export interface Rivals {
  readonly adverseMove: PathRival
  readonly constantMass: StandardModel
  readonly wrongHours: readonly StandardModel[]
  /** Range of past minutes in percent, by minute. */
  readonly ranges: Map<number, number>
  /** 0 before the first. Unit: USD. */
  lastCloseUsd: number
  readonly sums: Readonly<Record<RivalName, HazardSums>>
}

/** Rivals of `model`, which must not have closed a minute yet. */
export function createRivals(model: StandardModel): Rivals {
  const { positions, settings } = model
  const { symbol, stepUsd, tickUsd } = positions
  const another = (entryMass: 'range' | 'constant') =>
    createStandardModel(
      symbol,
      { stepUsd, tickUsd },
      { ...settings, inference: { ...settings.inference, entryMass } },
    )
  return {
    adverseMove: createPathRival('adverseMove'),
    constantMass: another('constant'),
    wrongHours: WRONG_HOURS.map(() => another('range')),
    ranges: new Map(),
    lastCloseUsd: 0,
    sums: {
      adverseMove: createHazard(),
      constantMass: createHazard(),
      wrongHours3: createHazard(),
      wrongHours5: createHazard(),
      wrongHours7: createHazard(),
    },
  }
}

/** What each rival expected of the minute that `rated` is about. */
export function closeRivalMinute(
  rivals: Rivals,
  bar: StandardMinute,
  rated: RatedMinute,
): Readonly<Record<RivalName, RatedMinute>> {
  const [wrong3, wrong5, wrong7] = rivals.wrongHours.map((model, index) => {
    const shiftedMinute = bar.minute - 60 * (WRONG_HOURS[index] ?? 0)
    return closeCounted(model, { ...bar, mass: rivals.ranges.get(shiftedMinute) ?? 0 }, rated)
  })
  const expected = {
    adverseMove: adverseMinute(rivals, bar, rated),
    constantMass: closeCounted(rivals.constantMass, bar, rated),
    wrongHours3: wrong3 ?? rated,
    wrongHours5: wrong5 ?? rated,
    wrongHours7: wrong7 ?? rated,
  }
  for (const [name, minute] of Object.entries(expected)) {
    addRated(rivals.sums[name as RivalName], minute)
  }
  rivals.ranges.set(bar.minute, rangePercent(bar))
  const oldest = bar.minute - 60 * WRONG_HOURS[2]
  for (const minute of rivals.ranges.keys()) {
    if (minute >= oldest) break
    rivals.ranges.delete(minute)
  }
  rivals.lastCloseUsd = bar.closeUsd
  return expected
}

/** A rival map sees the same liquidations. */
function closeCounted(
  model: StandardModel,
  bar: StandardMinute,
  { long, short }: RatedMinute,
): RatedMinute {
  const { open } = model.positions
  open.long.count = long.count
  open.long.cappedUsd = long.cappedUsd
  open.short.count = short.count
  open.short.cappedUsd = short.cappedUsd
  return closeStandardMinute(model, bar)
}

function adverseMinute(
  { adverseMove, lastCloseUsd }: Rivals,
  bar: StandardMinute,
  rated: RatedMinute,
): RatedMinute {
  const percent = adversePercent(lastCloseUsd > 0 ? lastCloseUsd : bar.closeUsd, bar)
  const long = { ...rated.long, rate: rateOfPath(adverseMove, percent.long) }
  const short = { ...rated.short, rate: rateOfPath(adverseMove, percent.short) }
  // Unlike a map it needs no time to become warm, so it learns from the first minute.
  learnPath(adverseMove, percent.long, long.count)
  learnPath(adverseMove, percent.short, short.count)
  return { ...rated, long, short }
}
