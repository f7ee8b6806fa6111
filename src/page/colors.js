/** The colours of the style sheet as a canvas takes them, and the ramps of the heatmaps. */

const NAMES = [
  'ink',
  'muted',
  'line',
  'grid',
  'panel',
  'long',
  'short',
  'candle',
  'hatch',
  'accent',
]
const RAMP = ['1', '2', '3', '4']
/** Where the colours of a ramp stand: share of full intensity, and how much covers the ground. */
const STOPS = [
  [0, 0.1],
  [0.35, 0.62],
  [0.7, 0.88],
  [1, 0.97],
]

/** Reads all anew: the theme may have changed. */
export function readColors() {
  const probe = document.createElement('span')
  probe.hidden = true
  document.body.append(probe)
  const read = (name) => {
    probe.style.color = `var(--${name})`
    return getComputedStyle(probe).color
  }
  const colors = Object.fromEntries(NAMES.map((name) => [name, read(name)]))
  const ramp = (side) => rampOf(RAMP.map((step) => channelsOf(read(`${side}-${step}`))))
  const ramps = { long: ramp('long'), short: ramp('short') }
  probe.remove()
  return { ...colors, ramps, name: Object.values(colors).join() }
}

const channelsOf = (color) =>
  color
    .match(/[\d.]+/g)
    .slice(0, 3)
    .map(Number)

/** 256 colours as four bytes each, from next to nothing to full. */
function rampOf(colors) {
  const bytes = new Uint8ClampedArray(256 * 4)
  for (let value = 1; value < 256; value += 1) {
    const share = value / 255
    const at = Math.max(0, STOPS.findIndex(([stop]) => share <= stop) - 1)
    const [from, fromCover] = STOPS[at]
    const [to, toCover] = STOPS[at + 1]
    const mix = (share - from) / (to - from)
    for (let channel = 0; channel < 3; channel += 1) {
      bytes[value * 4 + channel] = colors[at][channel] * (1 - mix) + colors[at + 1][channel] * mix
    }
    bytes[value * 4 + 3] = 255 * (fromCover * (1 - mix) + toCover * mix)
  }
  return bytes
}
