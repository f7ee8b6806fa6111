/** The zones nearest to the price as a ladder, and what one of them is made of. */
import { zoneCover } from './chart-marks.js'
import { make, shareBar } from './elements.js'
import { clock, day, decimal, signed, size, span } from './format.js'

const SHOWN_MAX = 7
/** Less than this cover, and a zone is written faintly too. */
const FAR_COVER = 0.6
const CHANGES_SHOWN = 6

/**
 * @param {HTMLElement} root
 * @param {object} shown
 * @param {(key: string) => void} choose
 */
export function showZones(root, { zones, priceUsd, nowMs, decimals, chosen }, choose) {
  if (zones.length === 0) {
    root.replaceChildren(make('p', 'muted', 'No zone stands at this moment.'))
    return
  }
  const strongest = Math.max(...zones.map((zone) => zone.weight))
  const row = (zone) => {
    const share = Math.sqrt(zone.weight / strongest)
    const button = make(
      'button',
      `zone ${zone.side}`,
      make('span', '', decimal(zone.priceUsd, decimals)),
      shareBar(zone.side, share),
      make('span', '', size(zone.weight)),
      make('span', 'muted', `${signed((zone.priceUsd / priceUsd - 1) * 100, 2)}%`),
    )
    button.type = 'button'
    button.classList.toggle('far', zoneCover(zone, priceUsd, nowMs) < FAR_COVER)
    button.setAttribute('aria-pressed', String(zone.key === chosen))
    button.addEventListener('click', () => choose(zone.key))
    return button
  }
  const nearest = (side, direction) =>
    zones
      .filter((zone) => zone.side === side)
      .sort((one, other) => direction * (one.priceUsd - other.priceUsd))
      .slice(0, SHOWN_MAX)
  root.replaceChildren(
    make(
      'div',
      'zones-names',
      ...['Price', '', 'Expected', 'Away'].map((name) => make('span', '', name)),
    ),
    ...nearest('short', 1).reverse().map(row),
    make('p', 'zones-price', decimal(priceUsd, decimals)),
    ...nearest('long', -1).map(row),
  )
}

/**
 * What a zone is made of, and what has happened to it.
 * @param {HTMLElement} root
 * @param {object | undefined} zone
 * @param {object} at
 * @param {readonly {seq: number, timeMs: number, change: string, expected: number}[]} at.changes
 */
export function showInspector(root, zone, at) {
  root.hidden = zone === undefined
  if (zone === undefined) return
  root.classList.toggle('right', at.onRight)
  const told = [zone.key, at.nowMs, zone.weight, at.changes.length, at.close === undefined].join()
  if (root.dataset.told === told) return
  root.dataset.told = told
  root.replaceChildren(
    make('h3', '', sideOf(zone), make('span', 'muted', zone.state ?? 'stands'), ...closer(at)),
    make('p', 'big', size(zone.weight)),
    make('p', 'muted', 'expected liquidations if price gets there'),
    make(
      'dl',
      '',
      ...factsOf(zone, at).flatMap(([name, value]) => [
        make('dt', '', name),
        make('dd', '', value),
      ]),
    ),
    ...tierRows(zone),
    ...changeRows(at.changes),
  )
}

/** A zone that was chosen stays until it is let go of. */
function closer({ close }) {
  if (close === undefined) return []
  const button = make('button', 'link', 'close')
  button.type = 'button'
  button.addEventListener('click', close)
  return [button]
}

const sideOf = ({ side }) => (side === 'long' ? 'Longs' : 'Shorts')

function factsOf(zone, { priceUsd, nowMs, decimals }) {
  const price = (value) => decimal(value, decimals)
  const facts = [
    ['Trigger', `${price(zone.lowUsd)} – ${price(zone.highUsd)}`],
    ['Order near', zone.orderUsd === undefined ? '' : price(zone.orderUsd)],
    ['Away', `${signed((zone.priceUsd / priceUsd - 1) * 100, 2)} %`],
    ['Made', `${when(zone.createdMs)}, ${span(nowMs - zone.createdMs)} ago`],
    ['Reinforced', reinforced(zone, nowMs)],
    ['Ended', zone.endMs === undefined ? '' : `${zone.state} ${when(zone.endMs)}`],
    ['At most', zone.expectedPeak === undefined ? '' : size(zone.expectedPeak)],
  ]
  return facts.filter(([, value]) => value !== '')
}

function tierRows({ tiers, side }) {
  const strongest = Math.max(...tiers.map(({ expected }) => expected), 1e-12)
  return tiers.map(({ tier, expected }) =>
    make(
      'div',
      'tier',
      make('span', '', `${tier}x`),
      shareBar(side, expected / strongest),
      make('span', '', size(expected)),
    ),
  )
}

/** The journal entries that made it what it is; the newest last. */
function changeRows(changes) {
  if (changes.length === 0) return []
  const shown =
    changes.length > CHANGES_SHOWN ? [changes[0], ...changes.slice(1 - CHANGES_SHOWN)] : changes
  return [
    make('p', 'muted changes-name', 'Entries that made it'),
    ...shown.map(({ seq, timeMs, change, expected }) =>
      make(
        'div',
        'zone-change',
        make('span', '', clock(timeMs)),
        make('span', '', change),
        make('span', 'muted', `#${decimal(seq)}`),
        make('span', '', size(expected)),
      ),
    ),
  ]
}

const when = (timeMs) => `${day(timeMs)} ${clock(timeMs)}`

function reinforced({ reinforcements, reinforcedMs }, nowMs) {
  if (reinforcements === 0) return 'never'
  const times = reinforcements === 1 ? 'once' : `${decimal(reinforcements)} times`
  return `${times}, last ${span(nowMs - reinforcedMs)} ago`
}
