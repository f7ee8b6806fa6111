/** The page: asks for the state and hands it to the panels. */
import { ApiError, ask } from './api.js'
import { createChart } from './chart.js'
import { MINUTE_MS } from './chart-window.js'
import { showFacts } from './facts.js'
import { decimal, decimalsOf, moment } from './format.js'
import { showHeadline, showReadout } from './headline.js'
import { createLadder, LEVEL_COUNT } from './ladder.js'

const POLL_MS = 1_000
/** Facts and freshness are asked for with every so many polls. */
const FACTS_POLLS = 5
const MINUTES_MAX = 720

const part = (id) => document.getElementById(id)
const ladder = createLadder(part('ladder'))
const chart = createChart(part('chart'), (bar, timeMs) =>
  showReadout(part('readout'), bar, timeMs, decimals),
)

/** The last answer of `/v1/status`. */
let status
/** The symbol that is wanted, and the one that is shown. */
let symbol = ''
let shownSymbol = ''
let bars = []
let decimals = 2
let pollCount = 0
let busy = false
/** Somebody asked while a poll was under way. */
let again = false

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return
  const row = status?.symbols[Number(event.key) - 1]
  if (row !== undefined) choose(row.symbol)
})
document.addEventListener('visibilitychange', () => void poll())
setInterval(() => void poll(), POLL_MS)
void poll()

/** One round of questions, never two at a time. */
async function poll() {
  again = busy
  if (busy || document.hidden) return
  busy = true
  try {
    await refresh()
    showTrouble('')
  } catch (error) {
    const isAnswer = error instanceof ApiError
    showTrouble(isAnswer ? error.message : 'The server does not answer. Trying again each second.')
  } finally {
    busy = false
  }
  if (again) void poll()
}

/** A finished replay is asked once for each symbol: it does not change any more. */
async function refresh() {
  if (status?.mode !== 'replay' || !status.ready) showStatus(await ask('/v1/status'))
  if (!status.ready) return
  const isLive = status.mode === 'live'
  const marketDue = symbol !== '' && (isLive || symbol !== shownSymbol)
  const factsDue = pollCount === 0 || (isLive && pollCount % FACTS_POLLS === 0)
  await Promise.all([
    marketDue ? refreshMarket(symbol) : undefined,
    factsDue ? refreshFacts() : undefined,
  ])
  pollCount += 1
}

async function refreshFacts() {
  showFacts(part('figures'), part('channels'), await ask('/v1/summary'))
}

async function refreshMarket(name) {
  const anew = name !== shownSymbol
  const lastMs = anew ? 0 : (bars.at(-1)?.openTimeMs ?? 0)
  const missing = Math.ceil((Date.now() - lastMs) / MINUTE_MS) + 2
  const minutes = Math.min(MINUTES_MAX, Math.max(2, missing))
  const [reply, book] = await Promise.all([
    ask('/v1/bars', { symbol: name, minutes }),
    ask('/v1/book', { symbol: name, levels: LEVEL_COUNT }),
  ])
  const fromMs = reply.bars[0]?.openTimeMs ?? Number.POSITIVE_INFINITY
  const kept = anew ? [] : bars.filter((bar) => bar.openTimeMs < fromMs)
  // A minute before the first price has a bar of zeros.
  const fresh = reply.bars.filter((bar) => bar.lowUsd > 0)
  bars = [...kept, ...fresh].slice(-MINUTES_MAX)
  shownSymbol = name
  // A mid may lie between two ticks.
  decimals = decimalsOf([...book.bids, ...book.asks]) + 1
  chart.show(bars, decimals, anew)
  ladder.show(book)
  showHeadline({ last: part('last'), change: part('change') }, bars, book, decimals)
  part('book-state').textContent = book.synced ? 'in sync' : 'out of sync, last good levels'
  part('as-of').textContent = `as of ${moment(book.asOfMs)}`
  part('chart').setAttribute('aria-label', `Minute bars of ${name}, last ${book.midUsd} USD`)
}

function showStatus(newStatus) {
  status = newStatus
  const names = status.symbols.map((row) => row.symbol)
  if (!names.includes(symbol)) symbol = firstOf(names)
  part('mode').hidden = false
  part('mode').textContent = status.mode.toUpperCase()
  part('mode').classList.toggle('live', status.mode === 'live')
  part('recording').textContent = status.recording
  document.title = `${status.recording} · moonreplay`
  showSymbols(names)
  showProgress(status)
}

/** The symbol that the address names, else BTC, else the first. */
function firstOf(names) {
  const named = names.find((name) => `#${encodeURIComponent(name)}` === location.hash)
  return named ?? (names.includes('BTC') ? 'BTC' : (names[0] ?? ''))
}

function showSymbols(names) {
  const nav = part('symbols')
  if (nav.children.length !== names.length) {
    nav.replaceChildren(
      ...names.map((name, index) => {
        const button = document.createElement('button')
        button.textContent = name
        button.title = `${name} (key ${index + 1})`
        button.addEventListener('click', () => choose(name))
        return button
      }),
    )
  }
  for (const button of nav.children) {
    button.setAttribute('aria-pressed', String(button.textContent === symbol))
  }
}

function showProgress({ ready, reason, doneEntryCount, totalEntryCount, entriesPerSecond }) {
  part('progress').hidden = ready
  if (ready) return
  const bar = part('progress-bar')
  if (totalEntryCount > 0) bar.value = doneEntryCount / totalEntryCount
  else bar.removeAttribute('value')
  part('progress-title').textContent = reason
  const total = totalEntryCount > 0 ? ` of ${decimal(totalEntryCount)}` : ''
  const pace = entriesPerSecond > 0 ? ` · ${decimal(entriesPerSecond)}/s` : ''
  part('progress-detail').textContent = `${decimal(doneEntryCount)}${total} entries${pace}`
}

function choose(name) {
  symbol = name
  history.replaceState(null, '', `#${encodeURIComponent(name)}`)
  showSymbols(status.symbols.map((row) => row.symbol))
  void poll()
}

function showTrouble(text) {
  part('trouble').hidden = text === ''
  part('trouble').textContent = text
}
