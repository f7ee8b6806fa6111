/** Where two states differ, path by path: plain data, walked side by side. */
import { CanonicalWriter, decodeCanonical, type Plain } from '../base/canonical.ts'

export interface StateDifference {
  /** As `market.book.levels.live.bids[3].size`. */
  readonly path: string
  /** As JSON would have it, shortened where long; `absent` where there is none. */
  readonly a: string
  readonly b: string
}

export interface StateComparison {
  /** The first, in the order of the state. */
  readonly differences: readonly StateDifference[]
  readonly differenceCount: number
}

const TEXT_LENGTH_MAX = 200
const ABSENT = Symbol('absent')

/** A copy that does not change with the state that it was taken of. */
export const frozen = (plain: Plain): Plain => decodeCanonical(new CanonicalWriter().encode(plain))

/** All differences, of which `shownMax` are named. */
export function compareStates(a: Plain, b: Plain, shownMax: number): StateComparison {
  const differences: StateDifference[] = []
  let differenceCount = 0
  const walk = (one: Plain | typeof ABSENT, other: Plain | typeof ABSENT, path: string): void => {
    if (isSame(one, other)) return
    const pairs = pairsOf(one, other)
    if (pairs !== undefined) {
      for (const [step, left, right] of pairs) walk(left, right, `${path}${step}`)
      return
    }
    differenceCount += 1
    if (differences.length < shownMax) {
      differences.push({ path: path.replace(/^\./, ''), a: textOf(one), b: textOf(other) })
    }
  }
  walk(a, b, '')
  return { differences, differenceCount }
}

type Pair = readonly [step: string, a: Plain | typeof ABSENT, b: Plain | typeof ABSENT]

/** What two values of the same kind hold, side by side; nothing where they hold nothing. */
function pairsOf(a: Plain | typeof ABSENT, b: Plain | typeof ABSENT): readonly Pair[] | undefined {
  if (isList(a) && isList(b)) {
    return Array.from({ length: Math.max(a.length, b.length) }, (_, index): Pair => {
      const of = (list: ArrayLike<Plain>) => (index < list.length ? list[index] : ABSENT)
      return [`[${index}]`, of(a), of(b)]
    })
  }
  if (a instanceof Map && b instanceof Map) {
    const [ofA, ofB] = [byName(a), byName(b)]
    return namesOf(ofA, ofB).map(
      (name): Pair => [`{${name}}`, partOf(ofA, name), partOf(ofB, name)],
    )
  }
  if (isRecord(a) && isRecord(b)) {
    const [ofA, ofB] = [new Map(Object.entries(a)), new Map(Object.entries(b))]
    return namesOf(ofA, ofB).map((name): Pair => [`.${name}`, partOf(ofA, name), partOf(ofB, name)])
  }
  return undefined
}

const byName = (map: ReadonlyMap<Plain, Plain>): ReadonlyMap<string, Plain> =>
  new Map([...map].map(([key, value]) => [textOf(key), value]))

const namesOf = (
  a: ReadonlyMap<string, Plain>,
  b: ReadonlyMap<string, Plain>,
): readonly string[] => [...new Set([...a.keys(), ...b.keys()])]

const partOf = (map: ReadonlyMap<string, Plain>, name: string): Plain | typeof ABSENT =>
  map.has(name) ? map.get(name) : ABSENT

const isList = (value: unknown): value is ArrayLike<Plain> =>
  Array.isArray(value) || value instanceof Float64Array || value instanceof Uint8Array

const isRecord = (value: unknown): value is Readonly<Record<string, Plain>> =>
  typeof value === 'object' && value !== null && !isList(value) && !(value instanceof Map)

const isSame = (a: Plain | typeof ABSENT, b: Plain | typeof ABSENT): boolean => Object.is(a, b)

function textOf(value: Plain | typeof ABSENT): string {
  if (value === ABSENT) return 'absent'
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value)
  if (value === undefined) return 'undefined'
  const text = JSON.stringify(value, (_, inner: unknown) =>
    inner instanceof Map || inner instanceof Float64Array ? [...inner] : inner,
  )
  return text.length > TEXT_LENGTH_MAX ? `${text.slice(0, TEXT_LENGTH_MAX)}…` : text
}
