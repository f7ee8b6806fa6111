/** The second map as it stands at a moment: each bucket's share of the strongest. */

const SHARE_MIN = 0.01
/** A column older than this says nothing of the moment. */
const OLD_MS = 120_000

/** The last profile that was made, since the same is drawn many times. */
let known = { name: '', profile: undefined }

/**
 * @param {{version: number, data: import('./heat-tiles.js').HeatData} | undefined} chunk
 * @param {number} timeMs
 */
export function profileAt(chunk, timeMs) {
  if (chunk === undefined || chunk.data.count === 0) return undefined
  const { data } = chunk
  const index = data.t.findLastIndex((columnMs) => columnMs <= timeMs)
  if (index < 0 || timeMs - data.t[index] > OLD_MS) return undefined
  const name = `${chunk.version} ${index}`
  if (known.name !== name)
    known = { name, profile: { levels: levelsOf(data, index), stepUsd: data.stepUsd } }
  return known.profile
}

function levelsOf({ count, firstUsd, stepUsd, long, short }, index) {
  const levels = []
  for (let bucket = 0; bucket < count; bucket += 1) {
    const [ofLongs, ofShorts] = [long[index * count + bucket], short[index * count + bucket]]
    const share = Math.max(ofLongs, ofShorts) / 255
    const side = ofLongs >= ofShorts ? 'long' : 'short'
    if (share > SHARE_MIN) levels.push({ priceUsd: firstUsd + bucket * stepUsd, share, side })
  }
  return levels
}
