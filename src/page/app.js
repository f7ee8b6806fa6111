/** The page: bars on a canvas, the book as a table, what the recording holds. No library, no build. */
const byId = (id) => document.getElementById(id)
const canvas = byId('bars')
const view = { symbol: '', bars: [], shown: 120, offset: 0, hover: -1, ready: false, mode: '' }
const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })
const price = (value) =>
  new Intl.NumberFormat('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 }).format(
    value,
  )
const clock = (ms) => new Date(ms).toISOString().slice(0, 16).replace('T', ' ')
/** Canvas wants a plain color: the browser resolves `light-dark()` only where it is used. */
const color = (name) => {
  probe.style.color = `var(--${name})`
  return getComputedStyle(probe).color
}
const probe = document.body.appendChild(document.createElement('i'))

async function get(path) {
  const reply = await fetch(path)
  return { ok: reply.ok, body: await reply.json() }
}

async function refresh() {
  const { body: status } = await get('/v1/health?page=1').catch(() => ({ body: undefined }))
  if (status === undefined) return show('the server does not answer')
  showStatus(status)
  if (!status.ready && status.symbols.length === 0) return show(progressText(status))
  show(status.ready ? '' : progressText(status))
  const names = status.symbols.map((row) => row.symbol)
  if (!names.includes(view.symbol)) view.symbol = names.includes('BTC') ? 'BTC' : (names[0] ?? '')
  showSymbols(names)
  const [bars, book, summary] = await Promise.all([
    get(`/v1/bars?symbol=${view.symbol}&minutes=720`),
    get(`/v1/book?symbol=${view.symbol}&levels=14`),
    get('/v1/summary'),
  ])
  if (bars.ok) view.bars = bars.body.bars
  if (book.ok) showBook(book.body)
  if (summary.ok) showFacts(summary.body)
  draw()
}

const progressText = ({ reason, doneEntryCount, totalEntryCount }) =>
  `${reason}${totalEntryCount > 0 ? `: ${whole.format(doneEntryCount)} of ${whole.format(totalEntryCount)} entries` : ''}`

function show(text) {
  byId('wait').hidden = text === ''
  byId('wait').textContent = text
}

function showStatus({ mode, recording, ready }) {
  view.ready = ready
  view.mode = mode
  const badge = byId('badge')
  badge.textContent = mode.toUpperCase()
  badge.className = `badge ${mode}`
  byId('recording').textContent = recording
}

function showSymbols(names) {
  const nav = byId('symbols')
  if (nav.children.length !== names.length) {
    nav.replaceChildren(...names.map((name) => symbolButton(name)))
  }
  for (const button of nav.children) {
    button.setAttribute('aria-pressed', String(button.textContent === view.symbol))
  }
}

function symbolButton(name) {
  const button = document.createElement('button')
  button.textContent = name
  button.addEventListener('click', () => choose(name))
  return button
}

function choose(name) {
  view.symbol = name
  view.offset = 0
  refresh()
}

function showBook(book) {
  byId('bookState').textContent = book.synced ? '' : '(out of sync: last good levels)'
  const row = (kind, [usd, size], total) => {
    const line = document.createElement('tr')
    line.className = kind
    for (const text of [price(usd), size.toFixed(3), total.toFixed(3)]) {
      line.append(Object.assign(document.createElement('td'), { textContent: text }))
    }
    return line
  }
  const side = (kind, levels) => {
    let total = 0
    return levels.map((level) => {
      total += level[1]
      return row(kind, level, total)
    })
  }
  const mid = document.createElement('tr')
  mid.className = 'mid'
  const text = `${price(book.midUsd)}   spread ${price(book.spreadUsd)}`
  mid.append(Object.assign(document.createElement('td'), { colSpan: 3, textContent: text }))
  byId('book').replaceChildren(...side('ask', book.asks).reverse(), mid, ...side('bid', book.bids))
}

function showFacts(summary) {
  const facts = [
    `${whole.format(summary.entryCount)} entries`,
    `${clock(summary.firstRecvTimeMs)} to ${clock(summary.lastRecvTimeMs)} UTC`,
    `${whole.format(summary.gapCount)} gaps`,
    `${whole.format(summary.faultCount)} faults`,
    ...summary.channels.map((row) => `${row.channel} ${whole.format(row.entryCount)}`),
  ]
  if (summary.entriesPerSecond > 0)
    facts.push(`${whole.format(summary.entriesPerSecond)} entries/s`)
  byId('facts').replaceChildren(
    ...facts.map((text) => Object.assign(document.createElement('span'), { textContent: text })),
  )
}

/** Bars in sight: cost of drawing depends on them, not on the history. */
function visible() {
  const end = view.bars.length - view.offset
  return view.bars.slice(Math.max(0, end - view.shown), end)
}

function draw() {
  const ratio = window.devicePixelRatio || 1
  const { clientWidth: width, clientHeight: height } = canvas
  canvas.width = width * ratio
  canvas.height = height * ratio
  const pen = canvas.getContext('2d')
  pen.scale(ratio, ratio)
  const bars = visible()
  if (bars.length === 0) return
  const axis = 70
  const volumeHeight = height * 0.16
  const priceHeight = height - volumeHeight - 26
  const low = Math.min(...bars.map((bar) => bar.lowUsd))
  const high = Math.max(...bars.map((bar) => bar.highUsd))
  const span = high - low || high * 0.001 || 1
  const step = (width - axis) / bars.length
  const y = (usd) => 6 + ((high - usd) / span) * (priceHeight - 12)
  drawGrid(pen, { low, high, span, y, width, axis })
  const volumeMax = Math.max(...bars.map((bar) => bar.buyBase + bar.sellBase), 1e-9)
  bars.forEach((bar, index) => {
    const x = index * step
    if (bar.gapCount > 0) hatch(pen, x, step, height - 20)
    const ink = color(bar.closeUsd >= bar.openUsd ? 'up' : 'down')
    pen.fillStyle = ink
    pen.fillRect(x + step / 2 - 0.5, y(bar.highUsd), 1, Math.max(1, y(bar.lowUsd) - y(bar.highUsd)))
    const top = Math.min(y(bar.openUsd), y(bar.closeUsd))
    const tall = Math.max(1, Math.abs(y(bar.openUsd) - y(bar.closeUsd)))
    pen.fillRect(x + step * 0.18, top, Math.max(1, step * 0.64), tall)
    const volume = ((bar.buyBase + bar.sellBase) / volumeMax) * (volumeHeight - 6)
    pen.globalAlpha = 0.45
    pen.fillRect(x + step * 0.18, height - 20 - volume, Math.max(1, step * 0.64), volume)
    pen.globalAlpha = 1
  })
  drawTimes(pen, bars, step, height)
  const hovered = bars[view.hover] ?? bars.at(-1)
  byId('reading').textContent = reading(hovered)
}

function drawGrid(pen, { low, high, span, y, width, axis }) {
  const raw = span / 5
  const scale = 10 ** Math.floor(Math.log10(raw))
  const step = scale * ([1, 2, 5, 10].find((nice) => nice * scale >= raw) ?? 10)
  pen.font = '11px system-ui, sans-serif'
  pen.textBaseline = 'middle'
  for (let usd = Math.ceil(low / step) * step; usd <= high; usd += step) {
    pen.fillStyle = color('line')
    pen.fillRect(0, y(usd), width - axis, 1)
    pen.fillStyle = color('faint')
    pen.fillText(price(usd), width - axis + 6, y(usd))
  }
}

function drawTimes(pen, bars, step, height) {
  pen.fillStyle = color('faint')
  const every = Math.ceil(90 / step)
  for (let index = 0; index < bars.length; index += every) {
    pen.fillText(clock(bars[index].openTimeMs).slice(11), index * step, height - 8)
  }
}

function hatch(pen, x, step, height) {
  pen.strokeStyle = color('faint')
  pen.globalAlpha = 0.35
  pen.beginPath()
  for (let at = 0; at < height; at += 7) {
    pen.moveTo(x, at + 4)
    pen.lineTo(x + step, at)
  }
  pen.stroke()
  pen.globalAlpha = 1
}

const reading = (bar) =>
  `${clock(bar.openTimeMs)}  open ${price(bar.openUsd)}  high ${price(bar.highUsd)}  low ${price(bar.lowUsd)}  close ${price(bar.closeUsd)}  volume ${(bar.buyBase + bar.sellBase).toFixed(2)}  trades ${whole.format(bar.tradeCount)}${bar.gapCount > 0 ? `  ${bar.gapCount} gaps` : ''}`

function pan(bars) {
  const most = Math.max(0, view.bars.length - view.shown)
  view.offset = Math.min(most, Math.max(0, view.offset + bars))
  draw()
}

function zoom(factor) {
  view.shown = Math.round(Math.min(720, Math.max(15, view.shown * factor)))
  pan(0)
}

const KEYS = {
  ArrowLeft: () => pan(10),
  ArrowRight: () => pan(-10),
  '+': () => zoom(0.8),
  '-': () => zoom(1.25),
}
document.addEventListener('keydown', (event) => {
  KEYS[event.key]?.()
  const name = byId('symbols').children[Number(event.key) - 1]?.textContent
  if (name) choose(name)
})
canvas.addEventListener('wheel', (event) => {
  event.preventDefault()
  zoom(event.deltaY > 0 ? 1.15 : 0.87)
})
let dragX
canvas.addEventListener('pointerdown', (event) => {
  dragX = event.clientX
})
window.addEventListener('pointerup', () => {
  dragX = undefined
})
canvas.addEventListener('pointermove', (event) => {
  const step = (canvas.clientWidth - 70) / Math.max(1, visible().length)
  view.hover = Math.floor(event.offsetX / step)
  const moved = dragX === undefined ? 0 : Math.trunc((event.clientX - dragX) / step)
  if (moved !== 0) {
    dragX = event.clientX
    pan(moved)
  } else {
    draw()
  }
})
window.addEventListener('resize', draw)
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw)

async function loop() {
  await refresh()
  // A finished replay does not change any more.
  if (!view.ready || view.mode === 'live') setTimeout(loop, 1000)
}
loop()
