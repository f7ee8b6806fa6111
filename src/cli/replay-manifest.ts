/** The manifest of a replay (`product.md` §6). */
import type { Profile } from '../base/setting.ts'
import type { HazardScore } from '../engines/calibration/hazard.ts'
import { flatSettings, type Settings } from '../pipeline/settings.ts'
import type { Recording, SeqRange } from '../replay/recording.ts'
import type { ReplayResult } from '../replay/replay.ts'

export function replayManifest(
  recording: Recording,
  range: SeqRange,
  profile: Profile,
  settings: Settings,
  result: ReplayResult,
): Record<string, unknown> {
  return {
    recording: recording.name,
    fromSeq: range.fromSeq,
    toSeq: range.toSeq,
    profile,
    settings: flatSettings(settings),
    entryCount: result.entryCount,
    minuteCount: result.minuteCount,
    gapCount: result.gapCount,
    faultCount: result.pipeline.faultCount,
    coinMarginedCount: result.pipeline.coinMarginedCount,
    checkpointSeq: result.checkpointSeq ?? null,
    tickerChecks: bySymbol(result, ({ tickerCheck }) => ({
      compared: tickerCheck.comparedCount,
      differing: tickerCheck.mismatchCount,
    })),
    barSource: bySymbol(result, ({ lastBarSource }) => lastBarSource ?? null),
    hazard: bySymbol(result, ({ symbol }) => hazardBody(result.hazard[symbol])),
    refusedLiquidations: result.refused,
    digests: result.digests,
    wallMs: result.wallMs,
    entriesPerSecond: result.entriesPerSecond,
  }
}

/** What cannot be said is `null`. */
const hazardBody = (score: HazardScore | undefined) => ({
  events: score?.events ?? 0,
  minutes: score?.minutes ?? 0,
  gain: score?.gain ?? null,
  notionalGain: score?.notionalGain ?? null,
  predictedOverObserved: score?.predictedOverObserved ?? null,
})

type Run = ReplayResult['pipeline']['runs'] extends ReadonlyMap<string, infer R> ? R : never

const bySymbol = (result: ReplayResult, of: (run: Run) => unknown): Record<string, unknown> =>
  Object.fromEntries([...result.pipeline.runs].map(([symbol, run]) => [symbol, of(run)]))
