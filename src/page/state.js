/** Asks for the state at the moment shown, as often as it can have changed, and never twice at once. */
import { ApiError, ask, has } from './api.js'

/** How often the server is asked where it does not push. */
const POLL_MS = 1_000
/** Ages run on while nothing happens. */
const QUIET_MS = 5_000
/** While time runs, the state is asked for no more often than this. */
const REST_MS = 250
/** Facts of a capture are asked for this often. */
const FACTS_MS = 5_000
const MINUTE_MS = 60_000
/** Tells the moments that can be asked for. */
const RANGE_PATH = '/v1/replay'

/** What makes up a state, and how often it changes: with each entry, or with the minute. */
const PARTS = {
  book: { path: '/v1/book', each: 'entry', query: { levels: 12 } },
  summary: { path: '/v1/summary', each: 'entry', forAll: true },
  streams: { path: '/v1/streams', each: 'entry', forAll: true },
  zones: { path: '/v1/zones', each: 'minute' },
  weights: { path: '/v1/weights', each: 'minute', query: { minutes: 720 } },
}

/**
 * @param {object} given
 * @param {() => {symbol: string, askedMs: number | undefined}} given.wanted
 * @param {() => boolean} given.isPushed Whether `poll` is called when something happens.
 * @param {(status: object) => void} given.showStatus
 * @param {(range: {fromMs: number, toMs: number}) => void} given.showRange Moments that can be asked for.
 * @param {(state: object, symbol: string) => void} given.showState Parts that are new.
 * @param {() => void} given.showSettled All parts are of the moment that is wanted.
 * @param {(text: string) => void} given.showTrouble Empty: there is none.
 */
export function createState({
  wanted,
  isPushed,
  showStatus,
  showRange,
  showState,
  showSettled,
  showTrouble,
}) {
  let status
  let busy = false
  let again = false
  let pollCount = 0
  let polledMs = 0
  let isRangeKnown = false
  /** By part: of which symbol and moment it was last shown. */
  const shown = {}

  /** A finished replay does not change any more. */
  const learnStatus = async () => {
    if (status?.mode === 'replay' && status.ready && isRangeKnown) return
    status = await ask('/v1/status')
    showStatus(status)
  }

  /** Once there is a past to be asked for, it stays. */
  const learnRange = async () => {
    if (isRangeKnown || !has(RANGE_PATH)) return
    const { fromMs, toMs } = await ask(RANGE_PATH)
    isRangeKnown = toMs > fromMs
    if (isRangeKnown) showRange({ fromMs, toMs })
  }

  const refresh = async () => {
    await Promise.all([learnStatus(), learnRange()])
    const { symbol, askedMs } = wanted()
    if (!status.ready || symbol === '') return
    const stamps = {}
    const due = Object.entries(PARTS).filter(([name, part]) => {
      stamps[name] = stampOf(part, { symbol, askedMs, status, pollCount, polledMs })
      return has(part.path) && shown[name] !== stamps[name]
    })
    pollCount += 1
    if (due.length === 0) return
    const answers = await Promise.all(
      due.map(async ([name, { path, query, forAll }]) => {
        const of = forAll ? {} : { symbol }
        return [name, await ask(path, { ...of, ...query, at: askedMs })]
      }),
    )
    // Another symbol has been chosen meanwhile: this is not what is wanted any more.
    if (wanted().symbol !== symbol) return
    for (const [name] of due) {
      shown[name] = stamps[name]
    }
    showState(Object.fromEntries(answers), symbol)
  }
  const poll = async () => {
    again = busy
    if (busy || document.hidden) return
    busy = true
    polledMs = performance.now()
    try {
      const asked = wanted()
      await refresh()
      const { symbol, askedMs } = wanted()
      if (asked.symbol === symbol && asked.askedMs === askedMs) showSettled()
      showTrouble('')
    } catch (error) {
      const isAnswer = error instanceof ApiError
      showTrouble(
        isAnswer ? error.message : 'The server does not answer. Trying again each second.',
      )
      await pause(POLL_MS)
    } finally {
      busy = false
    }
    if (!again) return
    await pause(REST_MS)
    void poll()
  }

  document.addEventListener('visibilitychange', () => void poll())
  setInterval(() => {
    if (!isPushed() || performance.now() - polledMs > QUIET_MS) void poll()
  }, POLL_MS)
  return {
    poll: () => void poll(),
  }
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

/** As long as this stays the same, the part does too. */
function stampOf({ each, forAll }, { symbol, askedMs, status, pollCount, polledMs }) {
  const of = forAll ? '' : symbol
  const clockMs = status.symbols.find((row) => row.symbol === symbol)?.clockMs ?? 0
  if (each === 'minute')
    return `${of} ${Math.floor((askedMs ?? clockMs) / MINUTE_MS)} ${askedMs === undefined}`
  if (askedMs !== undefined || status.mode !== 'live') return `${of} ${askedMs}`
  return forAll ? `live ${Math.floor(polledMs / FACTS_MS)}` : `live ${of} ${pollCount}`
}
