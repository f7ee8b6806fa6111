/** What `replay` prints. */
import type { ReplayResult } from '../replay/replay.ts'
import { count } from './output.ts'
import { type BaseComparisons, comparisonLines } from './replay-base.ts'

export function* resultLines(
  out: string,
  result: ReplayResult,
  againstBase: BaseComparisons | undefined,
): Generator<string> {
  const { entryCount, minuteCount, gapCount, entriesPerSecond } = result
  yield `${count(entryCount)} entries, ${count(minuteCount)} minutes closed, ${count(gapCount)} gaps, ${count(result.pipeline.faultCount)} faults`
  yield `${count(entriesPerSecond)} entries/s in ${(result.wallMs / 1000).toFixed(2)} s`
  for (const [symbol, run] of result.pipeline.runs) {
    const digest = result.digests.findLast((candidate) => candidate.symbol === symbol)
    const { comparedCount, mismatchCount } = run.tickerCheck
    yield `${symbol}: digest ${digest?.digest ?? 'none, no minute closed'}`
    if (comparedCount > 0) {
      yield `  best bid and ask against bookTicker: ${count(comparedCount)} compared, ${count(mismatchCount)} differ`
    }
  }
  for (const [symbol, { events, gain, predictedOverObserved }] of Object.entries(result.hazard)) {
    if (gain === undefined || predictedOverObserved === undefined) continue
    yield `${symbol}: hazard gain ${gain.toFixed(3)} nats an event over a constant (${count(events)} events), predicted ÷ observed ${predictedOverObserved.toFixed(2)}`
  }
  for (const [reason, bySymbol] of Object.entries(result.refused)) {
    const parts = Object.entries(bySymbol).map(
      ([symbol, { count: of }]) => `${symbol} ${count(of)}`,
    )
    yield `liquidations kept out as ${reason}: ${parts.slice(0, 10).join(', ')}${parts.length > 10 ? ', …' : ''}`
  }
  yield `written to ${out}`
  if (againstBase !== undefined) yield* comparisonLines(againstBase)
}
