/** Which settings a sweep tries: the product of its axes, or seeded draws from them. */
import { seededChance } from '../audits/seeded-chance.ts'
import { exp, log } from '../base/elementary.ts'
import { RecorderError } from '../base/errors.ts'
import { nearestName, parseSetting, type SettingSpec, type SettingValue } from '../base/setting.ts'
import { type Overrides, SETTING_ROWS } from '../pipeline/settings.ts'

/** One setting and what it may be. */
export type Axis =
  | { readonly name: string; readonly values: readonly SettingValue[] }
  | {
      readonly name: string
      readonly spec: SettingSpec
      readonly from: number
      readonly to: number
    }

/** What each gave is kept until all are compared: more would not fit into a gigabyte. */
const SETTINGS_MAX = 20_000

/**
 * Reads `NAME=V1,V2` or, for draws, `NAME=LOW..HIGH`. Values of a setting that is a list itself, such
 * as `inference.tiers`, are parted by `;`.
 * @throws {RecorderError} `USAGE`, `SETTING_INVALID`
 */
export function parseAxis(text: string): Axis {
  const at = text.indexOf('=')
  if (at <= 0 || at === text.length - 1) {
    throw new RecorderError('USAGE', `--grid wants NAME=V1,V2 or NAME=LOW..HIGH, was "${text}"`)
  }
  const name = text.slice(0, at)
  const spec = specOf(name)
  const range = /^([^.,;].*?)\.\.(.+)$/.exec(text.slice(at + 1))
  if (range !== null && typeof spec.default === 'number') {
    const [from, to] = [range[1], range[2]].map((end) =>
      Number(parseSetting(name, spec, end ?? '')),
    )
    if (from === undefined || to === undefined || from >= to) {
      throw new RecorderError('USAGE', `--grid ${text}: the range must go up`)
    }
    return { name, spec, from, to }
  }
  const isList = typeof spec.default === 'string' && spec.choices === undefined
  const texts = text.slice(at + 1).split(isList ? ';' : ',')
  const values = texts.map((value) => parseSetting(name, spec, value.trim()))
  return { name, values: [...new Set(values)] }
}

function specOf(name: string): SettingSpec {
  const row = SETTING_ROWS.find((candidate) => candidate.name === name)
  if (row !== undefined) return row.spec
  const names = SETTING_ROWS.map((candidate) => candidate.name)
  throw new RecorderError(
    'SETTING_INVALID',
    `there is no setting ${name}; nearest: ${nearestName(name, names)}`,
  )
}

/** All combinations; the last axis turns fastest. */
export function productOf(axes: readonly Axis[]): readonly Overrides[] {
  checkAxes(axes)
  const lists = axes.map((axis) => {
    if ('values' in axis) return axis
    throw new RecorderError('USAGE', `--grid ${axis.name}: a range LOW..HIGH wants --random N`)
  })
  const count = lists.reduce((product, { values }) => product * values.length, 1)
  if (count > SETTINGS_MAX) {
    throw new RecorderError('USAGE', `the grid has ${count} settings: draw from it with --random N`)
  }
  let rows: Overrides[] = [{}]
  for (const { name, values } of lists) {
    rows = rows.flatMap((row) => values.map((value) => ({ ...row, [name]: value })))
  }
  return rows
}

/** `count` different draws, or all there are if that is less. */
export function drawsFrom(
  axes: readonly Axis[],
  count: number,
  seed: number,
): readonly Overrides[] {
  checkAxes(axes)
  const size = axes.reduce(
    (product, axis) => product * ('values' in axis ? axis.values.length : Number.POSITIVE_INFINITY),
    1,
  )
  if (size <= count) return productOf(axes)
  if (count > SETTINGS_MAX) {
    throw new RecorderError('USAGE', `--random wants at most ${SETTINGS_MAX}, was ${count}`)
  }
  const chance = seededChance(seed)
  const drawn = new Map<string, Overrides>()
  for (let attempt = 0; drawn.size < count && attempt < count * 100; attempt += 1) {
    const row = Object.fromEntries(axes.map((axis) => [axis.name, drawOf(axis, chance())]))
    drawn.set(JSON.stringify(row), row)
  }
  return [...drawn.values()]
}

function checkAxes(axes: readonly Axis[]): void {
  const twice = axes.find(({ name }, place) => axes.findIndex((axis) => axis.name === name) < place)
  if (twice === undefined) return
  throw new RecorderError(
    'USAGE',
    `--grid ${twice.name} is given twice: list all its values in one`,
  )
}

/** Ends further apart than this are drawn by their logarithm. */
const LOG_RATIO = 5
/** Enough to tell settings apart, and short enough to read. */
const DIGITS = 5

function drawOf(axis: Axis, chance: number): SettingValue {
  if ('values' in axis) return axis.values[Math.floor(chance * axis.values.length)] ?? 0
  const { from, to, spec } = axis
  const isLog = from > 0 && to / from >= LOG_RATIO
  const value = isLog ? exp(log(from) + chance * log(to / from)) : from + chance * (to - from)
  const rounded = spec.whole === true ? Math.round(value) : Number(value.toPrecision(DIGITS))
  return Math.min(to, Math.max(from, rounded))
}

/** Choose which minutes and events are scored, not how well: no sweep may choose them unasked. */
const SAMPLE_SETTINGS: readonly string[] = [
  'calibrator.coldMinutes',
  'calibrator.holeMinutes',
  'calibrator.distBandMid',
]
/** How far from its value a setting is drawn when no range was named. */
const SPREAD = 4

/** Numbers of the calibrator and the entry model that `base` reads: what is drawn from when nothing is named. */
export function defaultAxes(base: Overrides, read: ReadonlySet<string>): readonly Axis[] {
  return SETTING_ROWS.flatMap(({ name, spec }): Axis[] => {
    const value = base[name]
    if (!/^(calibrator|inference)\./.test(name) || typeof value !== 'number') return []
    if (!read.has(name) || SAMPLE_SETTINGS.includes(name) || value <= 0) return []
    const from = Math.max(spec.min ?? 0, value / SPREAD)
    const to = Math.min(spec.max ?? Number.POSITIVE_INFINITY, value * SPREAD)
    const [low, high] = spec.whole === true ? [Math.ceil(from), Math.floor(to)] : [from, to]
    return low < high ? [{ name, spec, from: low, to: high }] : []
  })
}
