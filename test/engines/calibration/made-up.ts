/** A seeded market for tests: a wandering price, and liquidations against its moves. */
import { seeded } from './seeded.ts'
import type { ClosedStep } from './standard-run.ts'

export function madeUpSteps(
  seed: number,
  minuteCount: number,
  options: { readonly priceUsd?: number; readonly holeAt?: number } = {},
): readonly ClosedStep[] {
  const random = seeded(seed)
  let priceUsd = options.priceUsd ?? 67_000
  let minute = 29_333_333
  return Array.from({ length: minuteCount }, (_, index) => {
    minute += index === options.holeAt ? 30 : 1
    const openUsd = priceUsd
    priceUsd *= 1 + (random() - 0.5) * 0.004
    const highUsd = Math.max(openUsd, priceUsd) * (1 + random() * 0.0005)
    const lowUsd = Math.min(openUsd, priceUsd) * (1 - random() * 0.0005)
    const side = priceUsd < openUsd ? 'long' : 'short'
    const liquidations = Array.from(
      { length: random() < 0.3 ? Math.ceil(random() * 4) : 0 },
      () => ({
        side: side as 'long' | 'short',
        priceUsd: side === 'long' ? lowUsd * 0.996 : highUsd * 1.004,
        sizeBase: random(),
        srcUsd: side === 'long' ? lowUsd : highUsd,
      }),
    )
    const bar = {
      minute,
      highUsd,
      lowUsd,
      closeUsd: priceUsd,
      tradedBase: 50 * random(),
      oiChangeBase: random() - 0.5,
    }
    return { bar, liquidations }
  })
}
