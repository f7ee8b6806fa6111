/**
 * Zones of the standard model: runs of neighbouring levels that expect something, with a life cycle
 * (`standard-profile.md` §3). A zone is swept when price has removed its mass, expires when it has
 * aged below the floor, and is merged when its run grew into that of an older one.
 */

import type { SettingSpecs, SettingsOf } from '../../base/setting.ts'
import { createLevelGrid, priceOfLevel } from '../liquidation/level-grid.ts'
import type { PositionSide } from './calibrator-state.ts'
import { fraction, quantity } from './declare.ts'
import { type ExpectedSides, expectedSides, orderPriceUsd } from './standard-map.ts'
import type { StandardModel } from './standard-model.ts'
import type { StandardMinute, StandardPositions } from './standard-positions.ts'

export const STANDARD_ZONES_SETTINGS = {
  expectedMin: quantity(
    'liquidations',
    0.01,
    'Standard model: what a level must expect at least to be part of a zone.',
    'standard-profile.md §3 names a floor and no number: an old zone of a dead market must expire.',
    { min: 1e-6, max: 1000 },
  ),
  floorFraction: fraction(
    0.15,
    'Standard model: what it must expect as a share of the strongest level.',
    'Makes four or five zones of a busy map, and as many of a quiet one.',
  ),
  reinforceGrowth: quantity(
    '',
    1.2,
    'Standard model: growth of what a zone expects that is reported as a reinforcement.',
    'Smaller growth happens in most minutes.',
    { min: 1.001, max: 100 },
  ),
} as const satisfies SettingSpecs

export type StandardZonesSettings = SettingsOf<typeof STANDARD_ZONES_SETTINGS>

export interface StandardZone {
  readonly id: number
  readonly side: PositionSide
  fromLevel: number
  toLevel: number
  /** Liquidations if price goes through all of it. */
  expected: number
  expectedPeak: number
  /** What `expected` was when it was last reported. */
  expectedReported: number
  readonly createdMinute: number
  reinforcedMinute: number
  reinforceCount: number
  /** Mean of its levels, weighed by what they expect. Unit: USD. */
  triggerUsd: number
  /** Of the orders that it sets off. Unit: USD. */
  orderUsd: number
}

export interface StandardZones {
  /** In the order of creation. */
  zones: StandardZone[]
  nextId: number
  readonly counts: Record<ZoneChange, number>
}

export type ZoneChange = 'created' | 'reinforced' | 'merged' | 'swept' | 'expired'

/** What happened to a zone at a minute close; its figures are those at that moment. */
export interface ZoneFact {
  readonly change: ZoneChange
  readonly minute: number
  readonly zone: Readonly<StandardZone>
}

export const createStandardZones = (): StandardZones => ({
  zones: [],
  nextId: 1,
  counts: { created: 0, reinforced: 0, merged: 0, swept: 0, expired: 0 },
})

/** To be called right after `closeStandardMinute` with the same bar. */
export function trackStandardZones(
  state: StandardZones,
  model: StandardModel,
  bar: StandardMinute,
  settings: StandardZonesSettings,
  levels: ExpectedSides = expectedSides(model),
): readonly ZoneFact[] {
  const facts: ZoneFact[] = []
  const { minute } = bar
  const tell = (change: ZoneChange, zone: StandardZone) => {
    state.counts[change] += 1
    facts.push({ change, minute, zone: { ...zone } })
  }
  const { positions } = model
  sweepZones(state, positions, bar, tell)
  const step: Step = { state, positions, settings, minute, tell }
  const kept = new Set<StandardZone>()
  const strongest = Math.max(greatest(levels.long), greatest(levels.short))
  const floor = Math.max(settings.expectedMin, settings.floorFraction * strongest)
  for (const side of ['long', 'short'] as const) {
    for (const run of runsOf(positions, side, levels[side], floor)) {
      kept.add(zoneOfRun(step, run, kept))
    }
  }
  for (const zone of state.zones) if (!kept.has(zone)) tell('expired', zone)
  state.zones = state.zones.filter((zone) => kept.has(zone))
  return facts
}

interface Run {
  readonly side: PositionSide
  readonly fromLevel: number
  readonly toLevel: number
  readonly expected: number
  readonly triggerUsd: number
}

type Tell = (change: ZoneChange, zone: StandardZone) => void

/** One minute close. */
interface Step {
  readonly state: StandardZones
  readonly positions: StandardPositions
  readonly settings: StandardZonesSettings
  readonly minute: number
  readonly tell: Tell
}

function sweepZones(
  state: StandardZones,
  { stepUsd }: StandardPositions,
  { highUsd, lowUsd }: StandardMinute,
  tell: Tell,
): void {
  const longFrom = Math.ceil(lowUsd / stepUsd)
  const shortTo = Math.floor(highUsd / stepUsd)
  state.zones = state.zones.filter((zone) => {
    const isSwept = zone.side === 'long' ? zone.fromLevel >= longFrom : zone.toLevel <= shortTo
    if (isSwept) tell('swept', zone)
    else if (zone.side === 'long') zone.toLevel = Math.min(zone.toLevel, longFrom - 1)
    else zone.fromLevel = Math.max(zone.fromLevel, shortTo + 1)
    return !isSwept
  })
}

/** The oldest zone that the run touches becomes the run; younger ones are merged into it. */
function zoneOfRun(step: Step, run: Run, taken: ReadonlySet<StandardZone>): StandardZone {
  const { state, positions, settings, minute, tell } = step
  const touched = state.zones.filter(
    (zone) =>
      zone.side === run.side &&
      !taken.has(zone) &&
      zone.fromLevel <= run.toLevel + 1 &&
      zone.toLevel >= run.fromLevel - 1,
  )
  const [oldest, ...younger] = touched
  for (const zone of younger) tell('merged', zone)
  if (younger.length > 0) state.zones = state.zones.filter((zone) => !younger.includes(zone))
  if (oldest === undefined) return createZone(step, run)
  oldest.fromLevel = run.fromLevel
  oldest.toLevel = run.toLevel
  oldest.expected = run.expected
  oldest.expectedPeak = Math.max(oldest.expectedPeak, run.expected)
  oldest.triggerUsd = run.triggerUsd
  oldest.orderUsd = orderPriceUsd(positions, run.side, run.triggerUsd)
  if (run.expected >= oldest.expectedReported * settings.reinforceGrowth) {
    oldest.expectedReported = run.expected
    oldest.reinforcedMinute = minute
    oldest.reinforceCount += 1
    tell('reinforced', oldest)
  }
  return oldest
}

function createZone({ state, positions, minute, tell }: Step, run: Run): StandardZone {
  const zone: StandardZone = {
    id: state.nextId,
    ...run,
    expectedPeak: run.expected,
    expectedReported: run.expected,
    createdMinute: minute,
    reinforcedMinute: minute,
    reinforceCount: 0,
    orderUsd: orderPriceUsd(positions, run.side, run.triggerUsd),
  }
  state.nextId += 1
  state.zones.push(zone)
  tell('created', zone)
  return zone
}

/** Longest stretches of levels that each expect at least `floor`, by price. */
function runsOf(
  positions: StandardPositions,
  side: PositionSide,
  levels: Float64Array,
  floor: number,
): readonly Run[] {
  const { firstLevel } = positions[side]
  const grid = createLevelGrid(positions.stepUsd)
  const runs: Run[] = []
  let fromRow = 0
  let [expected, moment] = [0, 0]
  for (let row = 0; row <= levels.length; row += 1) {
    const here = levels[row] ?? 0
    if (here >= floor) {
      if (expected === 0) fromRow = row
      expected += here
      moment += here * priceOfLevel(grid, firstLevel + row)
    } else if (expected > 0) {
      const [fromLevel, toLevel] = [firstLevel + fromRow, firstLevel + row - 1]
      runs.push({ side, fromLevel, toLevel, expected, triggerUsd: moment / expected })
      expected = 0
      moment = 0
    }
  }
  return runs
}

function greatest(values: Float64Array): number {
  let most = 0
  for (let place = 0; place < values.length; place += 1) {
    const value = values[place] ?? 0
    if (value > most) most = value
  }
  return most
}
