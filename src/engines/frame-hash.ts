import { mixNumber, type RunningHash } from '../base/running-hash.ts'
import type { BookFrame } from './frames.ts'

/** Mixes a frame into the running hash of all frames of a symbol. */
export function hashFrame(hash: RunningHash, frame: BookFrame): void {
  for (const value of [
    frame.startTimeS,
    frame.srcUsd,
    frame.stepUsd,
    frame.priceMinUsd,
    frame.priceMaxUsd,
    frame.p50Usd,
    frame.p95Usd,
  ]) {
    mixNumber(hash, value)
  }
  for (const notionalUsd of [frame.bidNotionalUsd, frame.askNotionalUsd]) {
    mixNumber(hash, notionalUsd.length)
    for (let index = 0; index < notionalUsd.length; index += 1) {
      const value = notionalUsd[index] ?? 0
      if (value === 0) continue
      mixNumber(hash, index)
      mixNumber(hash, value)
    }
  }
}
