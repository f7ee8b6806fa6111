/** The overlay with the keys, what is shown, and what can not be said. */
import { make } from './elements.js'

const KEYS = [
  ['space', 'play, pause'],
  [', .', 'a minute back, on'],
  ['Home End', 'start, newest'],
  ['g', 'next gap'],
  ['c', 'next cascade'],
  ['← →', 'pan'],
  ['+ −', 'zoom time'],
  ['[ ]', 'fewer, more prices'],
  ['0', 'fit all'],
  ['h', 'next heatmap'],
  ['s', 'next side'],
  ['z m', 'zones, marks'],
  ['t', 'dark, light'],
  ['1–9', 'symbol'],
  ['?', 'this help'],
]

const SHOWN = [
  'V1 and V2 are the liquidation maps as they stood when each minute began: what was then expected to be liquidated where. V1 is scaled to be looked at, V2 is not. V3 shows the zones that stand at the moment shown. Book is the order book in frames of 30 seconds.',
  'Bars along the price axis are the V2 map of the moment shown. A triangle is a liquidation order: down for a long, up for a short; its size grows with the notional.',
  'What lies far from the price, or has not been reinforced for hours, is drawn faintly.',
  'Point at a zone to see the leverage tiers it is made of; click to keep it.',
]

const LIMITS = [
  'A value is the expected number of liquidations if price gets there. It says nothing of whether price will get there.',
  'The skill is of the next minutes. At a lead of 15 to 60 minutes no map adds anything to where price has lately been, and there is no magnet effect.',
  'One symbol and a week of a falling market stand behind the defaults.',
  'The venue’s stream shows at most about one order a second: cascades saturate, and sums of notional are lower bounds.',
  'The path inside a minute is not known: positions opened and closed within one are outside every map.',
  'Conditional scores grade the map. They are not a price forecast, and the notional of single orders is not predicted.',
]

/** @param {HTMLDialogElement} dialog */
export function createHelp(dialog) {
  const close = make('button', 'link', 'Close')
  close.type = 'button'
  const limits = make('h2', '', 'What this can not say')
  const keys = make('dl')
  for (const [key, what] of KEYS) {
    const names = key.split(' ').flatMap((name) => [make('kbd', '', name), ' '])
    keys.append(make('div', '', make('dt', '', ...names), make('dd', '', what)))
  }
  dialog.append(
    make('form', '', close),
    make('h2', '', 'Keys'),
    keys,
    make('h2', '', 'What is shown'),
    make('ul', '', ...SHOWN.map((text) => make('li', '', text))),
    limits,
    make('ul', '', ...LIMITS.map((text) => make('li', '', text))),
    make(
      'p',
      'muted',
      'All times are UTC. Drag to pan, turn the wheel to zoom, drag the price axis for more prices.',
    ),
  )
  close.addEventListener('click', () => dialog.close())
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog) dialog.close()
  })
  const open = () => {
    if (!dialog.open) dialog.showModal()
  }
  return {
    toggle: () => (dialog.open ? dialog.close() : open()),
    showLimits() {
      open()
      limits.scrollIntoView()
    },
  }
}
