/**
 * A running 64-bit hash in plain integer arithmetic: how a ring or a history enters a state digest
 * without being written out each minute. It finds differences; it does not defend against anyone.
 */
export interface RunningHash {
  low: number
  high: number
}

export const startHash = (): RunningHash => ({ low: 0x9e3779b9, high: 0x85ebca6b })

const floats = new Float64Array(1)
const words = new Uint32Array(floats.buffer)

/** Mixes one number into `hash`, in place. */
export function mixNumber(hash: RunningHash, value: number): void {
  floats[0] = value
  mixWord(hash, words[0] ?? 0)
  mixWord(hash, words[1] ?? 0)
}

function mixWord(hash: RunningHash, word: number): void {
  let low = Math.imul(hash.low ^ word, 0xcc9e2d51)
  low = (low << 15) | (low >>> 17)
  let high = Math.imul(hash.high ^ word, 0x1b873593)
  high = (high << 13) | (high >>> 19)
  hash.low = (low + Math.imul(high, 5)) | 0
  hash.high = (high ^ Math.imul(low, 0xe6546b64)) | 0
}
