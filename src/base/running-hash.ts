/**
 * A running 64-bit hash in plain integer arithmetic: how a ring or a history enters a state digest
 * without being written out each minute. It finds differences; it does not defend against anyone.
 */
export interface RunningHash {
  low: number
  high: number
}

export const startHash = (): RunningHash => ({ low: 0x9e3779b9, high: 0x85ebca6b })

/** Numbers on their way into a hash, and the same bytes as words. */
const floats = new Float64Array(512)
const words = new Uint32Array(floats.buffer)

/** Mixes one number into `hash`, in place. */
export function mixNumber(hash: RunningHash, value: number): void {
  floats[0] = value
  mixWords(hash, 2)
}

/** Mixes `a[0]`, `b[0]`, `a[1]`, `b[1]` and so on: what {@link mixNumber} gives one after the other. */
export function mixPairs(hash: RunningHash, a: Float64Array, b: Float64Array, count: number): void {
  let filled = 0
  for (let place = 0; place < count; place += 1) {
    floats[filled] = a[place] ?? 0
    floats[filled + 1] = b[place] ?? 0
    filled += 2
    if (filled < floats.length && place < count - 1) continue
    mixWords(hash, 2 * filled)
    filled = 0
  }
}

function mixWords(hash: RunningHash, count: number): void {
  let { low, high } = hash
  for (let place = 0; place < count; place += 1) {
    const word = words[place] ?? 0
    let nextLow = Math.imul(low ^ word, 0xcc9e2d51)
    nextLow = (nextLow << 15) | (nextLow >>> 17)
    let nextHigh = Math.imul(high ^ word, 0x1b873593)
    nextHigh = (nextHigh << 13) | (nextHigh >>> 19)
    low = (nextLow + Math.imul(nextHigh, 5)) | 0
    high = (nextHigh ^ Math.imul(nextLow, 0xe6546b64)) | 0
  }
  hash.low = low
  hash.high = high
}
