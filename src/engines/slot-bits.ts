/** Which of many slots are taken: a bit each, and a second map of which words of the first have any. */
export interface SlotBits {
  readonly words: Int32Array
  /** A bit per word that is not 0. */
  readonly summary: Int32Array
}

export const createSlotBits = (slotCount: number): SlotBits => ({
  words: new Int32Array(slotCount >> 5),
  summary: new Int32Array(slotCount >> 10),
})

export function setSlot({ words, summary }: SlotBits, slot: number): void {
  const word = slot >> 5
  words[word] = (words[word] ?? 0) | (1 << (slot & 31))
  summary[word >> 5] = (summary[word >> 5] ?? 0) | (1 << (word & 31))
}

export function clearSlot({ words, summary }: SlotBits, slot: number): void {
  const word = slot >> 5
  const rest = (words[word] ?? 0) & ~(1 << (slot & 31))
  words[word] = rest
  if (rest === 0) summary[word >> 5] = (summary[word >> 5] ?? 0) & ~(1 << (word & 31))
}

/** The highest slot that is taken and not above `slot`; -1 when there is none. */
export function slotAtOrBelow({ words, summary }: SlotBits, slot: number): number {
  const word = slot >> 5
  const bits = (words[word] ?? 0) & bitsUpTo(slot & 31)
  if (bits !== 0) return (word << 5) + highBit(bits)
  let group = word >> 5
  let groupBits = (summary[group] ?? 0) & ~(-1 << (word & 31))
  while (groupBits === 0) {
    group -= 1
    if (group < 0) return -1
    groupBits = summary[group] ?? 0
  }
  const found = (group << 5) + highBit(groupBits)
  return (found << 5) + highBit(words[found] ?? 0)
}

export const highBit = (bits: number): number => 31 - Math.clz32(bits)

/** Bits 0 to `bit`. */
export const bitsUpTo = (bit: number): number => -1 >>> (31 - bit)
