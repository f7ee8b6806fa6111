/** Height of the price buckets of a symbol (`product.md` §1.6). */

const STEPS_USD: Readonly<Record<string, number>> = { BTCUSDT: 20, ETHUSDT: 1, SOLUSDT: 0.1 }

/** 0 for a symbol whose step its first price has to say. */
export const knownStepUsd = (symbol: string): number => STEPS_USD[symbol] ?? 0

/** About 1/3000 of the price, as 1, 2 or 5 times a power of ten. */
export function stepUsdFor(priceUsd: number): number {
  let exponent = 6
  for (;;) {
    for (const digit of [5, 2, 1]) {
      const stepUsd = Number(`${digit}e${exponent}`)
      if (stepUsd <= priceUsd / 3000 || exponent < -12) return stepUsd
    }
    exponent -= 1
  }
}
