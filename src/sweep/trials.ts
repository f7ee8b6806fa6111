/** What a sweep is going to try: the base, then its candidates, each checked before anything runs. */
import type { Profile, SettingValue } from '../base/setting.ts'
import { createSymbolEngines } from '../engines/symbol/symbol-engines.ts'
import {
  flatSettings,
  type Overrides,
  resolveSettings,
  type Settings,
} from '../pipeline/settings.ts'
import { type Axis, defaultAxes, drawsFrom, productOf } from './candidates.ts'
import { changesTape, type Tape, tapeKeyOf } from './tape.ts'

export interface Trial {
  /** 0 is the base. */
  readonly trial: number
  /** What it changes of the base. */
  readonly overrides: Readonly<Record<string, SettingValue>>
  readonly settings: Settings
  readonly tapeKey: string
  /** The trial that is run in its place, since the two cannot differ. */
  readonly sameAs: number | null
}

export interface Space {
  readonly axes: readonly Axis[]
  /** So many draws instead of all combinations. */
  readonly draws: number | undefined
  readonly seed: number
}

export interface Base {
  readonly profile: Profile
  readonly overrides: Overrides
  readonly settings: Settings
}

/** What is swept: what was named, or what the base run shows to matter. */
export const axesOf = ({ settings }: Base, { axes }: Space, read: ReadonlySet<string>) =>
  axes.length > 0 ? axes : defaultAxes(flatSettings(settings), read)

/**
 * `read`: the names that the base run read.
 * @throws {RecorderError} `SETTING_INVALID`, `USAGE`
 */
export function trialsOf(
  { profile, overrides, settings }: Base,
  { axes, draws, seed }: Space,
  { tape, read }: { readonly tape: Tape; readonly read: ReadonlySet<string> },
): readonly Trial[] {
  const base = flatSettings(settings)
  const rows = draws === undefined ? productOf(axes) : drawsFrom(axes, draws, seed)
  const own = { trial: 0, overrides: {}, settings, tapeKey: tapeKeyOf(settings), sameAs: null }
  const candidates = rows.map((row, index): Trial => {
    const merged = resolveSettings(profile, { ...overrides, ...row })
    for (const one of tape.symbols) createSymbolEngines(one, merged)
    const changed = Object.keys(row).filter((name) => row[name] !== base[name])
    const isFelt = changed.some((name) => changesTape(name) || read.has(name))
    return {
      trial: index + 1,
      overrides: row,
      settings: merged,
      tapeKey: tapeKeyOf(merged),
      sameAs: isFelt ? null : 0,
    }
  })
  return [own, ...candidates]
}

/** Names that are swept, and that nothing of the base run reads. */
export function unreadNames(
  trials: readonly Trial[],
  read: ReadonlySet<string>,
): readonly string[] {
  const names = new Set(trials.flatMap(({ overrides }) => Object.keys(overrides)))
  return [...names].filter((name) => !changesTape(name) && !read.has(name))
}
