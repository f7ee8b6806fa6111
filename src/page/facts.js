/** What the recording holds, in figures and by channel. */
import { decimal, span } from './format.js'

/** @param {HTMLElement} figures @param {HTMLElement} channels */
export function showFacts(figures, channels, summary) {
  const minuteCount = summary.symbols.reduce((sum, { minuteCount: count }) => sum + count, 0)
  const lastedMs = summary.lastRecvTimeMs - summary.firstRecvTimeMs
  const gapMs = summary.gaps.reduce((sum, gap) => sum + gap.durationMs, 0)
  const isLive = summary.mode === 'live'
  figures.replaceChildren(
    ...figure('Entries', decimal(summary.entryCount), `over ${span(lastedMs)}`),
    ...figure(isLive ? 'Rate' : 'Replayed at', decimal(summary.entriesPerSecond), 'entries/s'),
    ...figure('Minutes closed', decimal(minuteCount), bySymbol(summary.symbols)),
    ...figure(
      'Gaps',
      decimal(summary.gapCount),
      gapMs > 0 ? span(gapMs) : '',
      summary.gapCount > 0,
    ),
    ...figure('Faults', decimal(summary.faultCount), '', summary.faultCount > 0),
  )
  channels.replaceChildren(...summary.channels.map(channelRow))
}

const bySymbol = (symbols) =>
  symbols.map(({ symbol, minuteCount }) => `${symbol} ${decimal(minuteCount)}`).join(' · ')

function figure(name, value, remark, isAlert = false) {
  const group = document.createElement('div')
  const term = document.createElement('dt')
  const detail = document.createElement('dd')
  const small = document.createElement('small')
  term.textContent = name
  detail.textContent = `${value} `
  detail.classList.toggle('alert', isAlert)
  small.textContent = remark
  detail.append(small)
  group.append(term, detail)
  return [group]
}

function channelRow({ venue, channel, entryCount }) {
  const row = document.createElement('li')
  const name = document.createElement('span')
  const count = document.createElement('span')
  name.textContent = venue === 'recorder' ? `recorder/${channel}` : channel
  name.title = name.textContent
  count.textContent = decimal(entryCount)
  row.append(name, count)
  return row
}
