/**
 * A running 64-bit hash in plain integer arithmetic: how a ring or a history enters a state digest
 * without being written out each minute. It finds differences; it does not defend against anyone.
 */
export interface RunningHash {
  low: number
  high: number
}

export const startHash = (): RunningHash => ({ low: 0x9e3779b9 | 0, high: 0x85ebca6b | 0 })

/** A number on its way into a hash, and the same bytes as words. */
const floats = new Float64Array(1)
const words = new Int32Array(floats.buffer)
const WORD_END = 2 ** 32

/** Mixes one number into `hash`, in place. */
export function mixNumber(hash: RunningHash, value: number): void {
  floats[0] = value
  mixWords(hash, words[0] ?? 0, words[1] ?? 0)
}

/**
 * Mixes `a[0]`, `b[0]`, `a[1]`, `b[1]` and so on, which are whole and not negative. Two that 32 bits
 * hold, as nearly all prices and sizes of a book are, go in together.
 */
export function mixPairs(hash: RunningHash, a: Float64Array, b: Float64Array, count: number): void {
  for (let place = 0; place < count; place += 1) {
    const first = a[place] ?? 0
    const second = b[place] ?? 0
    if (first < WORD_END && second < WORD_END) {
      mixWords(hash, first, second)
    } else {
      mixNumber(hash, first)
      mixNumber(hash, second)
    }
  }
}

function mixWords(hash: RunningHash, first: number, second: number): void {
  let low = Math.imul(hash.low ^ first, 0xcc9e2d51)
  low = (low << 15) | (low >>> 17)
  let high = Math.imul(hash.high ^ second, 0x1b873593)
  high = (high << 13) | (high >>> 19)
  hash.low = (low + Math.imul(high, 5)) | 0
  hash.high = (high ^ Math.imul(low, 0xe6546b64)) | 0
}
