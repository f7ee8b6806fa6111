/** The order book as a ladder: asks above, bids below, the bars behind them cumulative. */
import { decimal, decimalsOf, size } from './format.js'

/** Levels a side; those from `NEAR_COUNT` on are left out on a phone. */
const LEVEL_COUNT = 12
const NEAR_COUNT = 8

/** @param {HTMLElement} root */
export function createLadder(root) {
  const rows = Array.from({ length: 2 * LEVEL_COUNT }, (_, index) => makeLevel(index))
  const names = makeRow('names', ['Price', 'Size', 'Total'])
  const middle = makeRow('middle', ['', ''], ['b', 'span'])
  root.append(names, ...rows.slice(0, LEVEL_COUNT), middle, ...rows.slice(LEVEL_COUNT))

  return {
    show(book) {
      const decimals = decimalsOf([...book.bids, ...book.asks])
      const asks = withTotals(book.asks)
      const bids = withTotals(book.bids)
      const totalMax = Math.max(asks.at(-1)?.total ?? 0, bids.at(-1)?.total ?? 0, 1e-9)
      for (let index = 0; index < LEVEL_COUNT; index += 1) {
        fill(rows[LEVEL_COUNT - 1 - index], asks[index], decimals, totalMax)
        fill(rows[LEVEL_COUNT + index], bids[index], decimals, totalMax)
      }
      showMiddle(middle, book, decimals)
    },
  }
}

function makeLevel(index) {
  const isAsk = index < LEVEL_COUNT
  const place = isAsk ? LEVEL_COUNT - 1 - index : index - LEVEL_COUNT
  const far = place >= NEAR_COUNT ? ' far' : ''
  return makeRow(`level ${isAsk ? 'ask' : 'bid'}${far}`, ['', '', ''])
}

function makeRow(className, texts, tags = []) {
  const row = document.createElement('div')
  row.className = className
  for (const [index, text] of texts.entries()) {
    const cell = document.createElement(tags[index] ?? 'span')
    cell.textContent = text
    row.append(cell)
  }
  return row
}

function withTotals(levels) {
  let total = 0
  return levels.slice(0, LEVEL_COUNT).map(([priceUsd, sizeBase]) => {
    total += sizeBase
    return { priceUsd, sizeBase, total }
  })
}

function fill(row, level, decimals, totalMax) {
  const [price, amount, total] = row.children
  price.textContent = level === undefined ? '' : decimal(level.priceUsd, decimals)
  amount.textContent = level === undefined ? '' : size(level.sizeBase)
  total.textContent = level === undefined ? '' : size(level.total)
  row.style.setProperty('--share', `${((level?.total ?? 0) / totalMax) * 100}%`)
}

function showMiddle(row, book, decimals) {
  const [mid, spread] = row.children
  if (book.midUsd === 0) {
    mid.textContent = 'no book'
    spread.textContent = ''
    return
  }
  // A mid may lie between two ticks.
  mid.textContent = decimal(book.midUsd, decimals + 1)
  const bps = (book.spreadUsd / book.midUsd) * 10_000
  spread.textContent = `spread ${decimal(book.spreadUsd, decimals)} · ${decimal(bps, 2)} bps`
}
