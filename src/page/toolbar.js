/** What is drawn on the chart: which heatmap, which sides, what over it. */
import { createSegments } from './segments.js'
import { isServed } from './sources.js'

const LAYERS = [
  { id: 'v1', label: 'V1', title: 'Liquidation map scaled to be looked at' },
  { id: 'v2', label: 'V2', title: 'Liquidation map as it is' },
  { id: 'v3', label: 'V3', title: 'Zones with their life cycle' },
  { id: 'book', label: 'Book', title: 'Order book in frames of 30 seconds' },
  { id: 'none', label: 'Off', title: 'No heatmap' },
]
const SIDES = [
  { id: 'both', label: 'Both', title: 'Longs and shorts' },
  { id: 'long', label: 'Long', title: 'Longs only; bids of the book' },
  { id: 'short', label: 'Short', title: 'Shorts only; asks of the book' },
]
const OVERLAYS = [
  { id: 'zones', label: 'Zones', title: 'Zones over the heatmap (key z)' },
  { id: 'marks', label: 'Marks', title: 'Liquidations as marks (key m)' },
]
const NOTES = {
  v1: 'Expected liquidations if price gets there, scaled; stronger is more',
  v2: 'Expected liquidations if price gets there; stronger is more',
  v3: 'Zones from when they were made; fainter once they ended',
  book: 'Resting orders, bids and asks scaled apart',
  none: '',
}
const MISSING = 'This server does not give this heatmap.'

/** @param {(look: object) => void} changed */
export function createToolbar(changed) {
  const part = (id) => document.getElementById(id)
  const look = { layer: 'v1', sides: 'both', zones: true, marks: true }
  const set = (change) => {
    Object.assign(look, change)
    show()
    changed(look)
  }
  const layers = createSegments(part('layers'), LAYERS, (layer) => set({ layer }))
  const sides = createSegments(part('sides'), SIDES, (side) => set({ sides: side }))
  const overlays = createSegments(part('overlays'), OVERLAYS, (id) => set({ [id]: !look[id] }))
  const isThere = (id) => id === 'none' || id === 'v3' || isServed(id)
  const show = () => {
    layers.show((id) => id === look.layer)
    sides.show((id) => id === look.sides)
    overlays.show((id) => look[id])
    part('layer-note').textContent = isThere(look.layer) ? NOTES[look.layer] : MISSING
  }
  const next = (choices, id) => {
    const at = choices.findIndex((choice) => choice.id === id)
    return choices[(at + 1) % choices.length].id
  }
  show()
  return {
    show,
    keys: {
      h: () => set({ layer: next(LAYERS, look.layer) }),
      s: () => set({ sides: next(SIDES, look.sides) }),
      z: () => set({ zones: !look.zones }),
      m: () => set({ marks: !look.marks }),
    },
  }
}
