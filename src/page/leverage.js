/** What the calibrator believes of leverage: weights of the tiers, and how they came to be. */
import { FONT } from './chart-axes.js'
import { make, shareBar } from './elements.js'
import { clock, decimal } from './format.js'
import { openCanvas } from './open-canvas.js'

/** @param {HTMLElement} root */
export function createLeverage(root) {
  const tiers = make('div')
  const canvas = make('canvas')
  const caption = make('p', 'muted')
  canvas.hidden = true
  canvas.setAttribute('role', 'img')
  canvas.setAttribute('aria-label', 'Leverage weights over time')
  root.append(tiers, canvas, caption)
  let drawn
  const draw = () => {
    if (drawn !== undefined && drawn.steps.length >= 2) paint(surface, drawn.steps, drawn.colors)
  }
  const surface = openCanvas(canvas, draw)
  return {
    /** @param {{ladder: readonly number[], steps: readonly {timeMs: number, weights: readonly number[]}[]}} given */
    show({ ladder, steps, model }, colors) {
      const weights = steps.at(-1)?.weights ?? []
      const strongest = Math.max(...weights, 1e-12)
      tiers.replaceChildren(
        ...weights.map((weight, index) =>
          make(
            'div',
            'tier',
            make('span', '', `${ladder[index]}x`),
            shareBar('accent', weight / strongest),
            make('span', '', `${decimal(weight * 100, 1)}%`),
          ),
        ),
      )
      canvas.hidden = steps.length < 2
      caption.textContent = captionOf(steps, model)
      drawn = { steps, colors }
      draw()
    },
    setColors(colors) {
      if (drawn !== undefined) drawn.colors = colors
      draw()
    },
  }
}

/** The first hours of a recording teach the standard model nothing: its map is not warm. */
function captionOf(steps, model) {
  const [first, last] = [steps[0], steps.at(-1)]
  if (first === undefined) return 'No calibration yet.'
  if (steps.length < 2) {
    const why = model === 'standard' ? '; the first four hours of a recording teach nothing' : ''
    return `Unchanged since ${clock(first.timeMs)}${why}`
  }
  return `Share of each tier, ${clock(first.timeMs)} to ${clock(last.timeMs)}; the highest leverage on top`
}

/** Shares on top of each other, the highest leverage uppermost. */
function paint(surface, steps, colors) {
  const { width, height } = surface.size()
  const pen = surface.pen()
  pen.clearRect(0, 0, width, height)
  pen.font = FONT
  const count = steps[0].weights.length
  const xOf = (index) => (index / (steps.length - 1)) * width
  const shares = steps.map(({ weights }) => {
    const total = weights.reduce((sum, weight) => sum + weight, 0) || 1
    let sum = 0
    return weights.map((weight) => {
      sum += weight / total
      return sum
    })
  })
  for (let tier = count - 1; tier >= 0; tier -= 1) {
    pen.beginPath()
    pen.moveTo(0, height)
    for (const [index, share] of shares.entries())
      pen.lineTo(xOf(index), height - share[tier] * height)
    pen.lineTo(width, height)
    pen.closePath()
    pen.fillStyle = colors.panel
    pen.globalAlpha = 1
    pen.fill()
    pen.fillStyle = colors.accent
    pen.globalAlpha = 0.16 + (0.7 * (tier + 1)) / count
    pen.fill()
  }
  pen.globalAlpha = 1
}
