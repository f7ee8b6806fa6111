/** Short forms of a declaration, for engines with many settings (`src/base/setting.ts`). */
import type { SettingSpec } from '../../base/setting.ts'

interface Range {
  readonly min: number
  readonly max: number
}

type NumberOptions = Range & { readonly whole?: boolean; readonly reference?: number }

/** Declares a number. */
export const quantity = (
  unit: string,
  value: number,
  doc: string,
  why: string,
  options: NumberOptions,
): SettingSpec<number> => ({ default: value, unit, doc, why, ...options })

/** Declares a share of a whole, or of a price. */
export const fraction = (
  value: number,
  doc: string,
  why: string,
  options: NumberOptions = { min: 0, max: 1 },
): SettingSpec<number> => quantity('fraction', value, doc, why, options)

/** Declares a whole number of `unit`. */
export const count = (
  unit: string,
  value: number,
  doc: string,
  why: string,
  options: Range,
): SettingSpec<number> => quantity(unit, value, doc, why, { ...options, whole: true })

/** Declares a switch. */
export const flag = (
  value: boolean,
  doc: string,
  why: string,
  options: { readonly reference?: boolean } = {},
): SettingSpec<boolean> => ({ default: value, unit: '', doc, why, ...options })
