/** What the recording holds, in figures, and its gaps. */
import { make } from './elements.js'
import { clock, day, decimal, span } from './format.js'

const GAPS_SHOWN = 12

/** @param {HTMLElement} root */
export function showFigures(root, summary) {
  const minuteCount = summary.symbols.reduce((sum, { minuteCount: count }) => sum + count, 0)
  const lastedMs = summary.lastRecvTimeMs - summary.firstRecvTimeMs
  const gapMs = summary.gaps.reduce((sum, gap) => sum + gap.durationMs, 0)
  const isLive = summary.mode === 'live'
  const rate = summary.entriesPerSecond
  root.replaceChildren(
    figure('Entries', decimal(summary.entryCount), `over ${span(lastedMs)}`),
    ...(rate > 0 ? [figure(isLive ? 'Rate' : 'Replayed at', decimal(rate), 'entries/s')] : []),
    figure('Minutes closed', decimal(minuteCount), bySymbol(summary.symbols)),
    figure('Gaps', decimal(summary.gapCount), gapMs > 0 ? span(gapMs) : '', summary.gapCount > 0),
    figure('Faults', decimal(summary.faultCount), '', summary.faultCount > 0),
  )
}

/** The longest gaps as buttons that go there. @param {HTMLElement} root */
export function showGaps(root, gaps, goTo) {
  const longest = [...gaps].sort((one, other) => lasted(other) - lasted(one)).slice(0, GAPS_SHOWN)
  longest.sort((one, other) => one.fromMs - other.fromMs)
  root.replaceChildren(
    ...longest.map((gap) => {
      const what = gap.channel === '' ? 'everything' : gap.channel
      const when = `${day(gap.fromMs)} ${clock(gap.fromMs)}`
      const button = make('button', '', `${when} · ${lack(gap)} · ${what} · ${gap.cause}`)
      button.type = 'button'
      button.addEventListener('click', () => goTo(gap.toMs))
      return make('li', '', button)
    }),
  )
}

/** How long, or where nobody knows, how much. */
const lack = (gap) =>
  gap.durationMs > 0 || gap.missingCount === 0
    ? span(gap.durationMs)
    : `${decimal(gap.missingCount)} missing`

const lasted = ({ fromMs, toMs }) => toMs - fromMs

const bySymbol = (symbols) =>
  symbols.map(({ symbol, minuteCount }) => `${symbol} ${decimal(minuteCount)}`).join(' · ')

function figure(name, value, remark, isAlert = false) {
  const detail = make('dd', isAlert ? 'alert' : '', `${value} `, make('small', '', remark))
  return make('div', '', make('dt', '', name), detail)
}
