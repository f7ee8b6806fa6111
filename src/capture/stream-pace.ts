/** How often a stream speaks, and how long it pauses: learned, and slowly forgotten. */

export interface Pace {
  framesPerSecond: number
  /** The longest pause lately. Unit: µs. Clock: monotonic. */
  longestPauseUs: number
  /** How long it has been listened to. Unit: ms. */
  learnedMs: number
  seenFrameCount: number
}

export interface PaceConfig {
  readonly silenceFactor: number
  readonly pauseFactor: number
  readonly rateLearnMs: number
  readonly pauseLearnMs: number
}

/** Until then a pace says nothing. */
const LEARNED_MS_MIN = 60_000

export const startPace = (): Pace => ({
  framesPerSecond: 0,
  longestPauseUs: 0,
  learnedMs: 0,
  seenFrameCount: 0,
})

/** A frame came, so long after the one before it on a connection that was up. */
export function takePause(pace: Pace, pauseUs: number): void {
  if (pauseUs > pace.longestPauseUs) pace.longestPauseUs = pauseUs
}

/** So much time has passed while the stream was listened to. Returns the frames that came in it. */
export function learnPace(
  pace: Pace,
  frameCount: number,
  passedMs: number,
  config: PaceConfig,
): number {
  const newCount = frameCount - pace.seenFrameCount
  pace.seenFrameCount = frameCount
  if (passedMs <= 0) return newCount
  pace.learnedMs += passedMs
  // While little is known, what is known counts in full.
  const memoryMs = Math.min(config.rateLearnMs, pace.learnedMs)
  const share = passedMs / (memoryMs + passedMs)
  pace.framesPerSecond += ((newCount * 1000) / passedMs - pace.framesPerSecond) * share
  pace.longestPauseUs *= config.pauseLearnMs / (config.pauseLearnMs + passedMs)
  return newCount
}

/** How long it may be silent before that is odd, within bounds. Unit: ms. */
export function silenceLimit(pace: Pace, config: PaceConfig, msMin: number, msMax: number): number {
  if (pace.learnedMs < LEARNED_MS_MIN || pace.framesPerSecond <= 0) return Math.max(msMin, msMax)
  const byRateMs = (config.silenceFactor * 1000) / pace.framesPerSecond
  const byPauseMs = (config.pauseFactor * pace.longestPauseUs) / 1000
  return Math.max(msMin, Math.min(msMax, Math.max(byRateMs, byPauseMs)))
}
