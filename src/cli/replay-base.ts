/** A backtest ends with its scores beside those of the base: the same range, the profile as it is. */
import { AUDIT_SETTINGS } from '../audits/audit-settings.ts'
import {
  BLOCKS_MIN,
  blockColumns,
  drawBlocks,
  drawnScores,
  intervalOf,
} from '../audits/block-draws.ts'
import { between, fixed, signed, whole } from '../audits/number-text.ts'
import type { AuditInterval } from '../audits/view-figures.ts'
import { RecorderError } from '../base/errors.ts'
import type { Profile } from '../base/setting.ts'
import {
  createHazard,
  type HazardScore,
  type HazardSums,
  hazardScore,
} from '../engines/calibration/hazard.ts'
import { resolveSettings, type Settings } from '../pipeline/settings.ts'
import type { HazardBlocks } from '../replay/hazard-tally.ts'
import type { ReplayResult } from '../replay/replay.ts'
import type { ChosenSettings } from './options.ts'
import { table } from './output.ts'

/** One symbol under the settings that were asked for, and under the profile as it is. */
export interface BaseComparison {
  readonly ours: HazardScore
  readonly base: HazardScore
  /** The last minute ends in the same state: the settings changed nothing. */
  readonly sameState: boolean
  /** Other minutes or events were scored: the scores cannot be compared. */
  readonly sameSample: boolean
  /** Ours less the base's; absent where one of them cannot be said. Unit: nats an event. */
  readonly gainOverBase?: { readonly value: number; readonly interval?: AuditInterval }
}

export interface BaseComparisons {
  readonly profile: Profile
  readonly symbols: Readonly<Record<string, BaseComparison>>
}

/** Nothing when no setting was changed. */
export async function compareWithBase(
  { profile, overrides }: ChosenSettings,
  ours: ReplayResult,
  replayWith: (settings: Settings) => Promise<ReplayResult>,
): Promise<BaseComparisons | undefined> {
  if (Object.keys(overrides).length === 0) return undefined
  const base = await replayWith(resolveSettings(profile))
  if (base.interrupted) {
    throw new RecorderError('INTERRUPTED', 'the replay of the base settings was stopped')
  }
  const symbols = Object.keys(ours.hazard).filter((symbol) => symbol in base.hazard)
  return {
    profile,
    symbols: Object.fromEntries(
      symbols.map((symbol) => [symbol, comparisonOf(symbol, ours, base)]),
    ),
  }
}

function comparisonOf(symbol: string, ours: ReplayResult, base: ReplayResult): BaseComparison {
  const digestOf = ({ digests }: ReplayResult) => digests.findLast((one) => one.symbol === symbol)
  const [ourBlocks, baseBlocks] = [ours, base].map((one) => one.hazardBlocks.get(symbol))
  const [our, its] = [ours.hazard[symbol] ?? NOTHING, base.hazard[symbol] ?? NOTHING]
  const gain = gainOver(ourBlocks ?? new Map(), baseBlocks ?? new Map())
  return {
    ours: our,
    base: its,
    sameState: digestOf(ours)?.digest === digestOf(base)?.digest,
    sameSample: our.events === its.events && our.minutes === its.minutes,
    ...(gain === undefined ? {} : { gainOverBase: gain }),
  }
}

const NOTHING = hazardScore(createHazard())

const COLUMNS = Object.keys(createHazard()) as readonly (keyof HazardSums)[]

const gainOf = (sums: Float64Array): number | undefined =>
  hazardScore(
    Object.fromEntries(
      COLUMNS.map((name, place) => [name, sums[place] ?? 0]),
    ) as unknown as HazardSums,
  ).gain

/** As reports draw: here each place is a block, and both sides have the same ones. */
const DRAWS = {
  blockMinutes: 1,
  draws: AUDIT_SETTINGS.draws.default,
  seed: AUDIT_SETTINGS.seed.default,
}

function gainOver(ours: HazardBlocks, base: HazardBlocks): BaseComparison['gainOverBase'] {
  const blocks = [...new Set([...ours.keys(), ...base.keys()])].sort((a, b) => a - b)
  const draws = drawBlocks(blocks, DRAWS)
  const columnsOf = (of: HazardBlocks) => {
    const columns = blockColumns(draws, COLUMNS.length)
    for (const [place, block] of blocks.entries()) {
      for (const [index, name] of COLUMNS.entries()) {
        const column = columns[index]
        if (column !== undefined) column[place] = of.get(block)?.[name] ?? 0
      }
    }
    return columns
  }
  const sides = [ours, base].map((of) => {
    const columns = columnsOf(of)
    const totals = columns.map((column) => column.reduce((sum, value) => sum + value, 0))
    return {
      value: gainOf(Float64Array.from(totals)),
      drawn: blocks.length < BLOCKS_MIN ? [] : drawnScores(draws, columns, gainOf),
    }
  })
  const [our, its] = sides
  if (our?.value === undefined || its?.value === undefined) return undefined
  const leads = our.drawn.map((score, draw) => difference(score, its.drawn[draw]))
  const interval = intervalOf(leads, blocks.length)
  return { value: our.value - its.value, ...(interval === undefined ? {} : { interval }) }
}

const difference = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined || b === undefined ? undefined : a - b

/** What a person reads. */
export function* comparisonLines({ profile, symbols }: BaseComparisons): Generator<string> {
  for (const [symbol, comparison] of Object.entries(symbols)) {
    const { ours, base } = comparison
    yield ''
    yield table([
      [symbol, 'these settings', `profile ${profile}`, 'difference'],
      row('hazard gain, nats an event', ours.gain, base.gain, 3),
      row('the same by notional', ours.notionalGain, base.notionalGain, 3),
      row('predicted ÷ observed', ours.predictedOverObserved, base.predictedOverObserved, 2),
      row('liquidations scored', ours.events, base.events, 0),
      row('minutes scored', ours.minutes, base.minutes, 0),
    ])
    yield verdictOf(comparison)
  }
}

function row(
  name: string,
  ours: number | undefined,
  base: number | undefined,
  digits: number,
): readonly string[] {
  const print = (value: number | undefined) => (value === undefined ? '–' : fixed(value, digits))
  const apart = difference(ours, base)
  return [name, print(ours), print(base), apart === undefined ? '–' : signed(apart, digits)]
}

const nats = (value: number): string => signed(value, 3)

function verdictOf({ gainOverBase, sameState, sameSample, ours, base }: BaseComparison): string {
  if (sameState) return 'The settings changed nothing: both end in the same state.'
  if (!sameSample) {
    return `Not to be compared: ${whole(ours.events)} liquidations in ${whole(ours.minutes)} minutes were scored, and ${whole(base.events)} in ${whole(base.minutes)} under the profile.`
  }
  if (gainOverBase === undefined) return 'Too little data to tell them apart.'
  const { value, interval } = gainOverBase
  if (interval === undefined) {
    return `Too little data to say how sure that is: an interval wants ${BLOCKS_MIN} blocks of two hours.`
  }
  const range = `${nats(value)} nats an event${between(interval, nats)}`
  if (interval.low > 0) return `Better than the profile: ${range}.`
  return interval.high < 0
    ? `Worse than the profile: ${range}.`
    : `Not told apart from the profile: ${range}.`
}
