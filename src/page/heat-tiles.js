/**
 * Heatmaps over time as bitmaps, one per chunk of history: a pixel is a price bucket in a minute.
 * They are painted once and then only copied, so that panning costs the same for any history.
 */
import { xOf } from './chart-window.js'

/** Beyond these distances from the price, as fractions of it, a zone is ever fainter. */
const NEAR = 0.005
const FAR = 0.04
const FAINTEST = 0.3

/**
 * How strongly something is drawn that lies this far from the price: no map says anything about
 * what price will not reach soon.
 * @param {number} distance Fraction of the price.
 */
export function nearness(distance) {
  const share = (Math.abs(distance) - NEAR) / (FAR - NEAR)
  return 1 - (1 - FAINTEST) * Math.min(1, Math.max(0, share))
}

/**
 * @typedef {object} HeatData
 * @property {readonly number[]} t Start of each column. Unit: ms since 1970.
 * @property {number} columnMs
 * @property {number} firstUsd Price of the lowest bucket.
 * @property {number} stepUsd
 * @property {number} count Buckets.
 * @property {Uint8Array} long Column by column, lowest price first.
 * @property {Uint8Array} short
 * @property {number} gamma Below 1 lifts what is weak.
 */

export function createTiles() {
  /** @type {WeakMap<object, {canvas: OffscreenCanvas, name: string}>} */
  const tiles = new WeakMap()

  const tileOf = (chunk, look) => {
    const name = `${chunk.version} ${look.barsVersion(chunk)} ${look.sides} ${look.colors.name}`
    const known = tiles.get(chunk)
    if (known?.name === name) return known.canvas
    const canvas = paint(chunk, look)
    tiles.set(chunk, { canvas, name })
    return canvas
  }

  return {
    /** @param {CanvasRenderingContext2D} pen @param {readonly object[]} chunks */
    draw(pen, layout, view, chunks, look) {
      pen.imageSmoothingEnabled = false
      for (const chunk of chunks) {
        const { data } = chunk
        if (data.count === 0 || data.t.length === 0) continue
        const tile = tileOf(chunk, look)
        const left = xOf(view, chunk.fromMs, layout.plotWidth)
        const right = xOf(view, chunk.toMs, layout.plotWidth)
        const top = layout.yOf(data.firstUsd + (data.count - 0.5) * data.stepUsd)
        const bottom = layout.yOf(data.firstUsd - 0.5 * data.stepUsd)
        pen.drawImage(tile, left, top, right - left, bottom - top)
      }
    },
  }
}

function paint(chunk, look) {
  const { data, fromMs, toMs } = chunk
  const columns = Math.round((toMs - fromMs) / data.columnMs)
  const canvas = new OffscreenCanvas(columns, data.count)
  const pen = canvas.getContext('2d')
  const image = pen.createImageData(columns, data.count)
  const lift = Uint8Array.from({ length: 256 }, (_, byte) => 255 * (byte / 255) ** data.gamma)
  for (const [index, timeMs] of data.t.entries()) {
    const column = Math.floor((timeMs - fromMs) / data.columnMs)
    if (column >= 0 && column < columns) paintColumn(image, column, chunk, index, { look, lift })
  }
  pen.putImageData(image, 0, 0)
  return canvas
}

function paintColumn(image, column, { data }, index, { look, lift }) {
  const { count, firstUsd, stepUsd } = data
  const priceUsd = look.priceAt(data.t[index])
  const { ramps } = look.colors
  for (let bucket = 0; bucket < count; bucket += 1) {
    const long = look.sides === 'short' ? 0 : data.long[index * count + bucket]
    const short = look.sides === 'long' ? 0 : data.short[index * count + bucket]
    const lifted = lift[Math.max(long, short)]
    if (lifted === 0) continue
    const ramp = long >= short ? ramps.long : ramps.short
    const distance = priceUsd > 0 ? (firstUsd + bucket * stepUsd) / priceUsd - 1 : 0
    const value = Math.max(1, Math.round(lifted * nearness(distance)))
    const to = ((count - 1 - bucket) * image.width + column) * 4
    image.data[to] = ramp[value * 4]
    image.data[to + 1] = ramp[value * 4 + 1]
    image.data[to + 2] = ramp[value * 4 + 2]
    image.data[to + 3] = ramp[value * 4 + 3]
  }
}
