/**
 * The keys that came into being, in that order, those that are gone since among them: an entry
 * stands for a key while that one still has its birth. Sorting at each reading costs three times as
 * much.
 */
export interface BirthLog {
  keys: Float64Array
  births: Float64Array
  count: number
  /** What is restored comes in another order. */
  isSorted: boolean
  /** The birth of what stands under a key now; `NaN` where nothing does. */
  readonly birthOf: (key: number) => number
}

/** Room before the log is tidied for the first time. */
const CAPACITY = 4096

export const createBirthLog = (birthOf: BirthLog['birthOf']): BirthLog => ({
  keys: new Float64Array(CAPACITY),
  births: new Float64Array(CAPACITY),
  count: 0,
  isSorted: true,
  birthOf,
})

export function clearBirths(log: BirthLog): void {
  log.count = 0
  log.isSorted = true
}

export function addBirth(log: BirthLog, key: number, birth: number): void {
  if (log.count === log.keys.length) makeRoom(log)
  if (log.count > 0 && birth < (log.births[log.count - 1] ?? 0)) log.isSorted = false
  log.keys[log.count] = key
  log.births[log.count] = birth
  log.count += 1
}

function makeRoom(log: BirthLog): void {
  tidyBirths(log)
  if (log.count < log.keys.length / 2) return
  for (const column of ['keys', 'births'] as const) {
    const grown = new Float64Array(log[column].length * 2)
    grown.set(log[column])
    log[column] = grown
  }
}

/** Drops what is gone, and sorts the rest. */
export function tidyBirths(log: BirthLog): void {
  const { keys, births, birthOf } = log
  let count = 0
  for (let place = 0; place < log.count; place += 1) {
    const key = keys[place] ?? 0
    const birth = births[place] ?? 0
    if (birthOf(key) !== birth) continue
    keys[count] = key
    births[count] = birth
    count += 1
  }
  log.count = count
  if (!log.isSorted) sortBirths(log)
}

function sortBirths(log: BirthLog): void {
  const { keys, births, count } = log
  const rows = Array.from({ length: count }, (_, place) => [keys[place] ?? 0, births[place] ?? 0])
  rows.sort(([, a = 0], [, b = 0]) => a - b)
  for (const [place, [key = 0, birth = 0]] of rows.entries()) {
    keys[place] = key
    births[place] = birth
  }
  log.isSorted = true
}
