/** The line above the chart: the last price, its change, and the bar under the pointer. */
import { clock, day, decimal, signed, size, span } from './format.js'

/**
 * Change against the open of the first bar in sight.
 * @param {{last: HTMLElement, change: HTMLElement}} parts
 */
export function showHeadline({ last, change }, { priceUsd, first, nowMs, decimals }) {
  last.textContent = priceUsd > 0 ? decimal(priceUsd, decimals) : '–'
  if (first === undefined || !(first.openUsd > 0) || !(priceUsd > 0)) {
    change.textContent = ''
    return
  }
  const fraction = priceUsd / first.openUsd - 1
  change.className = `change ${fraction < 0 ? 'down' : 'up'}`
  const lasted = span(nowMs - first.openTimeMs)
  change.textContent = `${fraction < 0 ? '▼' : '▲'} ${signed(fraction * 100, 2)} % in ${lasted}`
}

/** What the readout says, as the bar and the decimals it is of. */
let told = {}

/** Nothing is recorded of a minute without a bar. @param {HTMLElement} root */
export function showReadout(root, bar, timeMs, decimals) {
  if (bar !== undefined && bar === told.bar && decimals === told.decimals) return
  told = { bar, decimals }
  const when = `${day(timeMs)} ${clock(timeMs)}`
  if (timeMs === 0) {
    root.textContent = ''
    return
  }
  if (bar === undefined) {
    root.textContent = `${when} nothing recorded`
    return
  }
  const price = (value) => decimal(value, decimals)
  const pairs = [
    ['O', price(bar.openUsd)],
    ['H', price(bar.highUsd)],
    ['L', price(bar.lowUsd)],
    ['C', price(bar.closeUsd)],
    ['bought', size(bar.buyBase)],
    ['sold', size(bar.sellBase)],
    ['ticks', decimal(bar.tickCount)],
  ]
  root.replaceChildren(when)
  for (const [name, value] of pairs) {
    const strong = document.createElement('b')
    strong.textContent = value
    root.append(` ${name}\u00a0`, strong)
  }
  if (!bar.complete) root.append(bar.gapCount > 0 ? ' over a gap' : ' open')
}
