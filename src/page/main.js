/** The page: wires time, state and panels together. */
import { has, learnPaths } from './api.js'
import { findCascades } from './cascades.js'
import { createChart } from './chart.js'
import { readColors } from './colors.js'
import { showFigures, showGaps } from './facts.js'
import { decimal, decimalsOf } from './format.js'
import { showHeadline, showReadout } from './headline.js'
import { createHelp } from './help.js'
import { createHistory } from './history.js'
import { listenToKeys } from './keys.js'
import { createLadder } from './ladder.js'
import { createLeverage } from './leverage.js'
import { showMissing } from './missing.js'
import { createMoment } from './moment.js'
import { createPanes } from './panes.js'
import { createPush } from './push.js'
import { createScrubber } from './scrubber.js'
import { createSegments } from './segments.js'
import { isServed, loadHistory, zonesOf } from './sources.js'
import { createState } from './state.js'
import { showStreams } from './streams.js'
import { startTheme, toggleTheme } from './theme.js'
import { createToolbar } from './toolbar.js'
import { createTransport } from './transport.js'
import { changesOf } from './zone-life.js'
import { showInspector, showZones } from './zones-list.js'

/** Taken for the length of a recording until that is known. */
const DAY_MS = 86_400_000
const AFTER_CASCADE_MS = 120_000

const part = (id) => document.getElementById(id)

/** The symbol that is wanted, and what the last answers said. */
const page = {
  symbol: '',
  mode: 'replay',
  status: undefined,
  decimals: 2,
  priceUsd: 0,
  zones: [],
  gaps: [],
  cascades: [],
  /** Start of the recording, 0 until it is known. */
  fromMs: 0,
  startMs: Number.POSITIVE_INFINITY,
}

await learnPaths()
startTheme(() => recolor())
const moment = createMoment(() => timeMoved())
const history = createHistory(loadHistory, () => chart.draw())
const panes = createPanes(part('panes'), {
  history,
  isServed,
  point: (x) => chart.pointAt(x),
  resized: () => chart.draw(),
})
const chart = createChart(part('chart'), { history, panes, pointed: (at) => showPointed(at) })
const scrubber = createScrubber(part('scrubber'), { moment, hint: part('track-hint') })
const transport = createTransport(moment)
const toolbar = createToolbar((look) => chart.setLook(look))
const ladder = createLadder(part('ladder'))
const leverage = createLeverage(part('leverage'))
const help = createHelp(part('help'))
const push = createPush(() => moment.isNewest() && state.poll())
const state = createState({
  isPushed: push.isOpen,
  wanted: () => ({ symbol: page.symbol, askedMs: moment.askedMs() }),
  showStatus,
  showRange,
  showState,
  showSettled: () => document.body.classList.remove('behind'),
  showTrouble,
})

scrubber.show({ colors: readColors() })
showMissing()
part('theme').addEventListener('click', () => switchTheme())
part('help-open').addEventListener('click', () => help.toggle())
part('limits-open').addEventListener('click', () => help.showLimits())
listenToKeys({
  ...chart.keys,
  ...transport.keys,
  ...toolbar.keys,
  t: () => switchTheme(),
  g: () => goToNext(page.gaps.map((gap) => gap.toMs)),
  // So much later that the whole of it is in sight.
  c: () => goToNext(page.cascades.map((cascade) => cascade.timeMs + AFTER_CASCADE_MS)),
  '?': () => help.toggle(),
  ...Object.fromEntries(
    Array.from({ length: 9 }, (_, index) => [String(index + 1), () => chooseNth(index)]),
  ),
})
state.poll()

function timeMoved() {
  // Until the answers are there, the panels are of another moment than the chart.
  document.body.classList.add('behind')
  chart.setExtent(extentOfChart(), false)
  scrubber.show({})
  transport.show(page.mode)
  state.poll()
}

function showStatus(status) {
  page.status = status
  page.mode = status.mode
  const names = status.symbols.map((row) => row.symbol)
  if (!names.includes(page.symbol)) page.symbol = firstOf(names)
  part('recording').textContent = status.recording
  document.title = `${status.recording} · moonreplay`
  showSymbols(names)
  showProgress(status)
  push.listenTo(status.mode === 'live' ? page.symbol : '')
  const clockMs = Math.max(0, ...status.symbols.map((row) => row.clockMs))
  if (!status.ready || clockMs === 0) return
  setExtent({ fromMs: page.fromMs === 0 ? clockMs - DAY_MS : page.fromMs, toMs: clockMs })
}

/** From here on, any moment can be shown. */
function showRange({ fromMs }) {
  // Before its first whole minute a recording has nothing to show.
  page.startMs = Math.floor(fromMs / 60_000) * 60_000
  page.fromMs = (Math.floor(fromMs / 60_000) + 2) * 60_000
  moment.openPast()
  setExtent({ ...moment.extent(), fromMs: page.fromMs }, true)
}

/** @param {boolean} [anew] The chart shows it from the start. */
function setExtent(extent, anew = false) {
  moment.setExtent(extent)
  history.setExtent({ ...extentOfChart(), toMs: extent.toMs }, moment.hasPast())
  const isOther = history.setSymbol(page.symbol)
  panes.setSymbol(page.symbol)
  chart.setExtent(extentOfChart(), anew || isOther)
  if (isOther) page.cascades = []
  if (anew || isOther) void lookForCascades(page.symbol)
  scrubber.show({ cascades: page.cascades })
  transport.show(page.mode)
}

/** It starts with the recording, although its first minutes are no moment that could be shown. */
function extentOfChart() {
  const { fromMs, toMs } = moment.extent()
  return { fromMs: Math.min(fromMs, page.startMs), toMs: moment.shownMs(), endMs: toMs }
}

function showState({ book, summary, streams, zones, weights }, symbol) {
  if (summary !== undefined) showSummary(summary)
  if (book !== undefined) {
    page.decimals = decimalsOf([...book.bids, ...book.asks])
    page.priceUsd = book.midUsd
    ladder.show(book)
    part('book-state').textContent = book.synced ? 'in sync' : 'out of sync, last good levels'
    part('chart').setAttribute('aria-label', `Minute bars of ${symbol}, last ${book.midUsd} USD`)
  }
  if (zones !== undefined) page.zones = zonesOf(zones)
  if (weights !== undefined) leverage.show(weights, readColors())
  if (streams !== undefined) showStreams(part('streams'), streams.streams)
  // A mid may lie between two ticks.
  chart.setMoment({ zones: page.zones, priceUsd: page.priceUsd }, page.decimals + 1)
  if (has('/v1/zones')) showZonesList()
}

function showSummary(summary) {
  showFigures(part('figures'), summary)
  if (page.fromMs === 0) {
    page.fromMs = summary.firstRecvTimeMs
    setExtent({ ...moment.extent(), fromMs: page.fromMs }, true)
  }
  page.gaps = summary.gaps
    .filter((gap) => gap.symbol === '' || gap.symbol === page.symbol)
    .map((gap) => ({ ...gap, fromMs: gap.recvTimeMs - gap.durationMs, toMs: gap.recvTimeMs }))
  showGaps(part('gaps'), page.gaps, (timeMs) => moment.moveTo(timeMs))
  chart.setMoment({ gaps: page.gaps })
  scrubber.show({ gaps: page.gaps })
}

/** They need the start of the recording, and must not be in the way of what is in sight. */
async function lookForCascades(symbol) {
  if (page.fromMs === 0) return
  try {
    await findCascades(symbol, moment.extent(), moment.hasPast(), (cascades) => {
      if (symbol !== page.symbol) return false
      page.cascades = cascades
      scrubber.show({ cascades })
      return true
    })
  } catch (error) {
    showTrouble(`Cascades could not be looked for: ${error.message}`)
  }
}

function showZonesList() {
  const at = { priceUsd: page.priceUsd, nowMs: moment.shownMs(), decimals: page.decimals }
  showZones(part('zones'), { ...at, zones: page.zones, chosen: chart.chosen() }, chooseZone)
  const count = page.zones.length
  part('zones-note').textContent = count === 1 ? '1 stands' : `${decimal(count)} stand`
}

function chooseZone(key) {
  chart.choose(key)
  showZonesList()
}

/** What is under the pointer, or at the moment shown. */
function showPointed({ bar, minuteMs, zone, pointer, layout }) {
  showReadout(part('readout'), bar, minuteMs, page.decimals + 1)
  const decimals = page.decimals + 1
  showHeadline(
    { last: part('last'), change: part('change') },
    { priceUsd: page.priceUsd, first: layout.bars[0], nowMs: moment.shownMs(), decimals },
  )
  showInspector(part('inspector'), zone, {
    priceUsd: page.priceUsd,
    nowMs: moment.shownMs(),
    decimals: page.decimals,
    onRight: pointer !== undefined && pointer.x < layout.plotWidth / 2,
    changes: zone === undefined ? [] : changesInSight(zone, layout),
    close: zone?.key === chart.chosen() ? () => chooseZone(undefined) : undefined,
  })
  const sight = chart.sight()
  scrubber.show({ sight: { ...sight, toMs: Math.min(sight.toMs, moment.shownMs()) } })
}

/** What happened to the zone, as far as it lies in the time in sight or since it was made. */
function changesInSight(zone, layout) {
  const fromMs = Math.min(zone.createdMs, layout.fromMs)
  const toMs = moment.shownMs()
  return changesOf(history.within('changes', fromMs, toMs), zone.key, toMs)
}

/** The symbol that the address names, else BTC, else the first. */
function firstOf(names) {
  const named = names.find((name) => `#${encodeURIComponent(name)}` === location.hash)
  return named ?? (names.includes('BTC') ? 'BTC' : (names[0] ?? ''))
}

function showSymbols(names) {
  const nav = part('symbols')
  if (nav.children.length !== names.length) {
    const choices = names.map((name, index) => ({
      id: name,
      label: name,
      title: `${name} (key ${index + 1})`,
    }))
    page.segments = createSegments(nav, choices, choose)
  }
  page.segments.show((name) => name === page.symbol)
}

function choose(name) {
  page.symbol = name
  window.history.replaceState(null, '', `#${encodeURIComponent(name)}`)
  showStatus(page.status)
  state.poll()
}

function chooseNth(index) {
  const name = page.status?.symbols[index]?.symbol
  if (name !== undefined) choose(name)
}

/** Moves to the first of these times after the moment shown; after the last comes the first. */
function goToNext(times) {
  const sorted = [...times].sort((one, other) => one - other)
  const next = sorted.find((timeMs) => timeMs > moment.shownMs() + 1_000) ?? sorted[0]
  if (next !== undefined) moment.moveTo(next)
}

function switchTheme() {
  toggleTheme()
  recolor()
}

function recolor() {
  chart.setColors()
  scrubber.show({ colors: readColors() })
  leverage.setColors(readColors())
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

function showTrouble(text) {
  part('trouble').hidden = text === ''
  part('trouble').textContent = text
}
