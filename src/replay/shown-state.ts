/** A pipeline as the state that bodies are made of. */
import type { Pipeline } from '../pipeline/pipeline.ts'
import type { SymbolRun } from '../pipeline/symbol-run.ts'
import type { DashboardView } from '../projections/dashboard-view.ts'
import { type Mark, pastOf, type RecordingPast } from '../projections/past.ts'
import type { StateAt, SymbolAt } from '../projections/state-at.ts'
import { streamBodies } from '../projections/stream-health.ts'
import { shortSymbol } from '../projections/symbol-name.ts'
import { type DashboardHead, dashboardOf } from './dashboard-of.ts'

export interface ShownOf {
  readonly recording: string
  readonly mode: 'live' | 'replay'
  readonly past: RecordingPast
  readonly ready: boolean
}

/** The state of any pipeline of a recording, with the past up to it. */
export function shownState(
  pipeline: Pipeline | undefined,
  mark: Mark,
  { past, mode, recording, ready }: ShownOf,
): StateAt {
  const symbols = new Map<string, SymbolAt>()
  const recvMs = mark.lastRecvMs
  const state = {
    mode,
    recording,
    past,
    symbols,
    seq: pipeline?.nextSeq ?? 0,
    mark,
    faultCount: pipeline?.faultCount ?? 0,
    clockMs: recvMs,
    recvMs,
  }
  for (const run of pipeline?.runs.values() ?? []) {
    const dashboard = () => dashboardOf(run, dashboardHead(state, run.symbol, ready))
    symbols.set(run.symbol, symbolAt(run, past, dashboard))
  }
  state.clockMs = latestClockMs(symbols) ?? recvMs
  return state
}

/** What the run of one symbol does not know of itself. */
function dashboardHead(state: StateAt, symbol: string, ready: boolean): DashboardHead {
  const { mode, recording, seq, mark, faultCount, recvMs, past } = state
  const name = shortSymbol(symbol)
  const streams = streamBodies(state, recvMs).filter(
    (stream) => stream.symbol === name || stream.symbol === '',
  )
  return {
    symbols: [...state.symbols.keys()].map(shortSymbol),
    mode,
    recording,
    ready,
    seq,
    digest: pastOf(past, symbol).minutes.last(seq)?.digest ?? '',
    runtimeMs: recvMs - (mark?.firstRecvMs ?? recvMs),
    entryCount: seq,
    faultCount,
    streams: streams.map(({ channel, entryCount, ageMs, state: word }) => ({
      name: channel,
      entryCount,
      ageMs,
      condition: word === 'fresh' ? 'live' : word,
    })),
    recvTimeMs: recvMs,
  }
}

function latestClockMs(symbols: ReadonlyMap<string, SymbolAt>): number | undefined {
  let latest: number | undefined
  for (const { engineClockMs } of symbols.values()) {
    if (engineClockMs > (latest ?? Number.NEGATIVE_INFINITY)) latest = engineClockMs
  }
  return latest
}

const symbolAt = (
  run: SymbolRun,
  past: RecordingPast,
  dashboard: () => DashboardView,
): SymbolAt => ({
  dashboard,
  symbol: run.symbol,
  market: run.market,
  engines: run.heat.engines,
  documents: run.heat.documents,
  past: pastOf(past, run.symbol),
  engineClockMs: run.clock.nowMs,
  openMinute: run.clock.openMinute,
  gapsInMinute: run.gapsInMinute,
  gapCount: run.gapCount,
  minuteCount: run.minuteCount,
})
