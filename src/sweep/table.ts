/** The result of a sweep as plain JSON: nothing in it depends on time, paths or the number of workers. */
import { signed } from '../audits/number-text.ts'
import type { Profile, SettingValue } from '../base/setting.ts'
import { flatSettings } from '../pipeline/settings.ts'
import type { SeqRange } from '../replay/recording.ts'
import type { Axis } from './candidates.ts'
import type { Window } from './cell-plan.ts'
import { type Contest, PREDICTED_LIMITS } from './contest.ts'
import type { ObjectiveName } from './objective.ts'
import { type RankedRow, rankRows } from './ranking.ts'
import type { Base, Space, Trial } from './trials.ts'
import { type WalkForward, walkForward } from './walk-forward.ts'

export interface SweepTable {
  readonly recording: string
  readonly recordingDigest: string
  readonly fromSeq: number
  readonly toSeq: number
  readonly entryCount: number
  readonly gapCount: number
  readonly profile: Profile
  /** What the base changes of the profile. */
  readonly baseOverrides: Readonly<Record<string, SettingValue>>
  readonly objective: ObjectiveName
  /** Whether a greater score is better. */
  readonly higherIsBetter: boolean
  readonly predictedLimits: typeof PREDICTED_LIMITS
  readonly axes: readonly Axis[]
  readonly draws: number | null
  readonly seed: number
  readonly halving: boolean
  readonly windows: readonly Window[]
  readonly cellCount: number
  readonly trialCount: number
  readonly walkForward: WalkForward
  /** Ranked ones first. */
  readonly rows: readonly RankedRow[]
  readonly best: BestSettings | null
  readonly notes: readonly SweepNote[]
}

export interface BestSettings {
  readonly trial: number
  /** Whether it is the base itself. */
  readonly isBase: boolean
  /** Profile changes of base and trial together: what `--settings` takes. */
  readonly overrides: Readonly<Record<string, SettingValue>>
  /** Ranked settings that cannot be told apart from it, itself left out. */
  readonly likeItCount: number
}

export interface SweepNote {
  readonly kind:
    | 'notBetterThanBase'
    | 'betterThanBase'
    | 'notToldApart'
    | 'unread'
    | 'otherSample'
    | 'outsideLimits'
    | 'noneAllowed'
    | 'gaps'
    | 'fewEvents'
  readonly isWarning: boolean
  /** One sentence in plain English that holds the numbers. */
  readonly text: string
}

export interface TableFacts {
  readonly recording: string
  readonly recordingDigest: string
  readonly range: SeqRange
  readonly base: Base
  readonly space: Space
  readonly halving: boolean
  readonly trials: readonly Trial[]
  readonly unread: readonly string[]
  readonly entryCount: number
  readonly gapCount: number
}

export function makeTable(contest: Contest, facts: TableFacts): SweepTable {
  const { plan, objective } = contest
  const { base, space, range, trials } = facts
  const rows = rankRows(contest, (trial) => trials[trial]?.sameAs ?? null)
  const walk = walkForward(contest)
  const best = bestOf(rows, base)
  return {
    recording: facts.recording,
    recordingDigest: facts.recordingDigest,
    ...range,
    entryCount: facts.entryCount,
    gapCount: facts.gapCount,
    profile: base.profile,
    baseOverrides: typed(base, base.overrides),
    objective: objective.name,
    higherIsBetter: objective.sign > 0,
    predictedLimits: PREDICTED_LIMITS,
    axes: space.axes.map((axis) =>
      'values' in axis ? axis : ({ name: axis.name, from: axis.from, to: axis.to } as Axis),
    ),
    draws: space.draws ?? null,
    seed: space.seed,
    halving: facts.halving,
    windows: plan.windows,
    cellCount: plan.cells.length,
    trialCount: rows.length,
    walkForward: walk,
    rows,
    best,
    notes: notesOf(rows, walk, best, facts),
  }
}

/** Overrides may have come as text. */
function typed({ settings }: Base, overrides: Base['overrides']) {
  const flat = flatSettings(settings)
  return Object.fromEntries(Object.keys(overrides).map((name) => [name, flat[name] ?? '']))
}

function bestOf(rows: readonly RankedRow[], base: Base): BestSettings | null {
  const first = rows[0]
  if (first?.rank !== 1) return null
  return {
    trial: first.trial,
    isBase: first.trial === 0,
    overrides: { ...typed(base, base.overrides), ...first.overrides },
    likeItCount: rows.filter(({ likeBest }) => likeBest).length - 1,
  }
}

/** Fewer say little, whatever their interval. */
const EVENTS_FEW = 100

function notesOf(
  rows: readonly RankedRow[],
  walk: WalkForward,
  best: BestSettings | null,
  { unread, gapCount }: TableFacts,
): readonly SweepNote[] {
  const notes: SweepNote[] = []
  const tell = (kind: SweepNote['kind'], isWarning: boolean, text: string) =>
    notes.push({ kind, isWarning, text })
  const ranked = rows.filter(({ rank }) => rank !== null)
  if (best === null) {
    tell('noneAllowed', true, 'No setting was within the limits of predicted ÷ observed.')
  }
  const outside = rows.filter(({ withinLimits }) => !withinLimits).length
  if (outside > 0) {
    const { low, high } = PREDICTED_LIMITS
    tell(
      'outsideLimits',
      false,
      `${outside} of ${rows.length} settings predict less than ${low} or more than ${high} times the liquidations observed, and cannot win.`,
    )
  }
  const strangers = rows.filter(({ sameSample }) => !sameSample).length
  if (strangers > 0) {
    tell(
      'otherSample',
      true,
      `${strangers} settings are scored on other minutes or events than the base: their scores cannot be compared, and they cannot win.`,
    )
  }
  for (const name of unread) {
    tell(
      'unread',
      true,
      `${name} is read by no engine of these settings: changing it alone changes nothing.`,
    )
  }
  outOfSample(walk, best, tell)
  if (best !== null && ranked.length > 1) {
    tell(
      'notToldApart',
      best.likeItCount > 0,
      best.likeItCount > 0
        ? `${best.likeItCount} of ${ranked.length - 1} other settings cannot be told apart from the best: the interval of the difference includes 0.`
        : 'The best is better than every other setting by more than chance.',
    )
  }
  if (gapCount > 0) {
    tell(
      'gaps',
      true,
      `${gapCount} gaps lie in the range: figures over them are of what was recorded.`,
    )
  }
  const base = rows.find(({ trial }) => trial === 0)
  const events = Object.values(base?.hazard ?? {}).reduce((sum, score) => sum + score.events, 0)
  if (events < EVENTS_FEW) {
    tell('fewEvents', true, `Only ${events} liquidations are scored: too few to choose by.`)
  }
  return notes
}

function outOfSample(
  { score, baseScore, overBase, steps }: WalkForward,
  best: BestSettings | null,
  tell: (kind: SweepNote['kind'], isWarning: boolean, text: string) => void,
): void {
  if (steps.length === 0) {
    tell('notBetterThanBase', true, 'There was one window only: nothing was graded out of sample.')
    return
  }
  const low = overBase?.interval?.low ?? Number.NEGATIVE_INFINITY
  if (overBase !== null && low > 0) {
    tell(
      'betterThanBase',
      false,
      `Out of sample, settings chosen on the past beat the base by ${signedScore(overBase.value)} (${inWords(overBase.interval)}).`,
    )
    return
  }
  const kept = steps.every(({ chosenTrial }) => chosenTrial === 0)
  if (kept) {
    tell(
      'notBetterThanBase',
      true,
      'The past always chose the base itself: nothing beats it out of sample.',
    )
    return
  }
  const difference =
    overBase === null || score === null || baseScore === null
      ? 'no difference can be told'
      : `the difference is ${signedScore(overBase.value)} (${inWords(overBase.interval)})`
  const whose = best === null || best.isBase ? 'Settings chosen on the past do' : 'The best does'
  tell(
    'notBetterThanBase',
    true,
    `${whose} not beat the base out of sample: ${difference}. Keep the base.`,
  )
}

const signedScore = (value: number): string => signed(value, 4)

const inWords = (interval: { readonly low: number; readonly high: number } | null): string =>
  interval === null
    ? 'too few cells for an interval'
    : `95 %: ${signedScore(interval.low)} to ${signedScore(interval.high)}`
