/** The life of zones, told from their changes: those that have ended, and what made each. */

const ENDS = ['swept', 'expired', 'merged']

/**
 * Zones that ended in the chunks given.
 * @param {readonly {fromMs: number, data: {changes: readonly object[]}}[]} chunks
 * @param {number} untilMs What comes later is not known yet.
 */
export function endedZones(chunks, untilMs) {
  const ended = []
  for (const life of livesOf(chunks, untilMs).values()) {
    const last = life.at(-1)
    if (!ENDS.includes(last.change)) continue
    const [first] = life
    ended.push({
      key: String(last.id),
      side: last.side,
      priceUsd: last.priceUsd,
      lowUsd: last.lowUsd,
      highUsd: last.highUsd,
      weight: last.expected,
      expectedPeak: Math.max(...life.map((change) => change.expected)),
      // It may have been made before what is in sight.
      createdMs: first.change === 'created' ? first.timeMs : chunks[0].fromMs,
      reinforcedMs: life.findLast((change) => change !== last)?.timeMs ?? first.timeMs,
      reinforcements: life.filter((change) => change.change === 'reinforced').length,
      endMs: last.timeMs,
      state: last.change,
      source: '',
      tiers: [],
    })
  }
  return ended
}

/** What happened to one zone, with the journal entry that made it happen. */
export const changesOf = (chunks, id, untilMs) => livesOf(chunks, untilMs).get(id) ?? []

/** Lives by chunks, kept as long as these are the same. */
let known = { name: '', lives: new Map() }

function livesOf(chunks, untilMs) {
  const name = chunks.map((chunk) => chunk.version).join() + Math.floor(untilMs / 60_000)
  if (known.name === name) return known.lives
  const lives = new Map()
  for (const { data } of chunks) {
    for (const change of data.changes) {
      if (change.timeMs > untilMs) continue
      const key = String(change.id)
      if (!lives.has(key)) lives.set(key, [])
      lives.get(key).push(change)
    }
  }
  known = { name, lives }
  return lives
}
