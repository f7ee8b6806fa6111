/** The weights file of the standard model: schema 3, apart from the reference's (`standard-profile.md` §3). */
import { RecorderError } from '../../base/errors.ts'
import { isoTime } from '../liquidation/iso-time.ts'
import type { StandardModel } from './standard-model.ts'

/** Written as JSON with two spaces. All numbers have all their digits. */
export interface StandardDocument {
  readonly schema_version: 3
  readonly symbol: string
  readonly ladder: readonly number[]
  readonly background: number
  readonly weights: readonly number[]
  /** Evidence, background first. */
  readonly explained: readonly number[]
  readonly exposed: readonly number[]
  readonly saved_at: string
  readonly weights_by_leverage: { readonly [tier: string]: number }
}

export function standardDocument(model: StandardModel, timeS: number): StandardDocument {
  const { rates, positions } = model
  const { symbol, ladder } = positions
  const [background = 0, ...weights] = rates.weights
  return {
    schema_version: 3,
    symbol,
    ladder: [...ladder],
    background,
    weights,
    explained: [...rates.explained],
    exposed: [...rates.exposed],
    saved_at: isoTime(timeS),
    weights_by_leverage: Object.fromEntries(
      ladder.map((tier, index) => [tier, weights[index] ?? 0]),
    ),
  }
}

/**
 * Takes over what a run before learned. Standing positions are not in the file: the map is cold.
 * @throws {RecorderError} `WEIGHTS_MISMATCH` for another schema, symbol or ladder, or odd numbers.
 */
export function loadStandard(model: StandardModel, text: string): void {
  const file = parsed(text)
  const { rates, positions } = model
  if (file['schema_version'] !== 3) {
    throw refused(`its schema is ${shown(file['schema_version'])}, wanted 3`)
  }
  if (file['symbol'] !== positions.symbol) {
    throw refused(`it is of symbol ${shown(file['symbol'])}, wanted ${positions.symbol}`)
  }
  const ladder = numbersOf(file['ladder'])
  if (ladder.join() !== positions.ladder.join()) {
    throw refused(`its ladder is ${ladder.join(', ')}, wanted ${positions.ladder.join(', ')}`)
  }
  const weights = [...numbersOf([file['background']]), ...numbersOf(file['weights'])]
  const explained = numbersOf(file['explained'])
  const exposed = numbersOf(file['exposed'])
  for (const [name, values] of Object.entries({ weights, explained, exposed })) {
    if (values.length !== rates.weights.length) {
      throw refused(`${name} must be ${rates.weights.length} numbers of at least 0`)
    }
  }
  const enabled = (values: readonly number[]) =>
    values.map((value, place) => (place === 0 || positions.isEnabled[place - 1] ? value : 0))
  rates.weights.set(enabled(weights))
  rates.explained.set(enabled(explained))
  rates.exposed.set(enabled(exposed))
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw refused('it is not JSON', cause)
  }
  if (typeof value !== 'object' || value === null) throw refused('it is not a JSON object')
  return value as Readonly<Record<string, unknown>>
}

const refused = (reason: string, cause?: unknown): RecorderError =>
  new RecorderError('WEIGHTS_MISMATCH', `weights file: ${reason}`, { cause })

const numbersOf = (value: unknown): readonly number[] =>
  Array.isArray(value) && value.every((item) => Number.isFinite(item) && item >= 0) ? value : []

const shown = (value: unknown): string => String(JSON.stringify(value))
