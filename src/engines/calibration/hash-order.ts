/**
 * The order in which the reference hands over the zones of a side: that of the hash set that it
 * makes of the prices of tape and projections (`calibrator.md` §15). It decides ties between
 * zones that lie equally far or are equally strong, and so a few results. Only whole prices, such
 * as BTCUSDT's, are hashed like this.
 *
 * The set is an open-addressed table that grows by four: a price goes to the slot of its own value,
 * or to one of the nine after it, or to one that a mix of its bits leads to.
 */

interface HashTable {
  /** Prices in their places; 0 where there is none. */
  slots: Float64Array
  count: number
}

const SLOT_COUNT_MIN = 8
const PROBE_COUNT = 9

/** `first` and `second` each hold a price once, and none that is 0. */
export function unionInHashOrder(
  first: Iterable<number>,
  second: Iterable<number>,
): readonly number[] {
  const union = emptyTable()
  merge(union, tableOf(first))
  merge(union, tableOf(second))
  return Array.from(union.slots.filter((price) => price !== 0))
}

function tableOf(prices: Iterable<number>): HashTable {
  const table = emptyTable()
  for (const price of prices) add(table, price)
  return table
}

/** What is merged into an empty table of the same size keeps its places. */
function merge(into: HashTable, from: HashTable): void {
  if ((into.count + from.count) * 5 >= (into.slots.length - 1) * 3) {
    resize(into, (into.count + from.count) * 2)
  }
  if (into.count === 0 && into.slots.length === from.slots.length) {
    into.slots.set(from.slots)
    into.count = from.count
    return
  }
  for (const price of from.slots) if (price !== 0) add(into, price)
}

function add(table: HashTable, price: number): void {
  if (!place(table.slots, price)) return
  table.count += 1
  if (table.count * 5 >= (table.slots.length - 1) * 3) resize(table, table.count * 4)
}

function resize(table: HashTable, countMin: number): void {
  let length = SLOT_COUNT_MIN
  while (length <= countMin) length *= 2
  const { slots } = table
  table.slots = new Float64Array(length)
  for (const price of slots) if (price !== 0) place(table.slots, price)
}

/** False when the price is there already. */
function place(slots: Float64Array, price: number): boolean {
  const mask = slots.length - 1
  let mix = price
  let slot = price & mask
  for (;;) {
    const last = slot + PROBE_COUNT <= mask ? slot + PROBE_COUNT : slot
    for (let probe = slot; probe <= last; probe += 1) {
      const found = slots[probe]
      if (found === price) return false
      if (found !== 0) continue
      slots[probe] = price
      return true
    }
    mix >>>= 5
    slot = (slot * 5 + 1 + mix) & mask
  }
}

const emptyTable = (): HashTable => ({ slots: new Float64Array(SLOT_COUNT_MIN), count: 0 })
