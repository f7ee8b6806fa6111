/**
 * The rounding and summing rules that all engines share. Results must not depend on the Node
 * release: only `+ - * /`, `Math.sqrt`, `floor`, `abs`, `min` and `max` are used.
 */

/** Nearest whole number, ties to even, decided on the exact double. */
export function roundHalfEven(value: number): number {
  const floor = Math.floor(value)
  const rest = value - floor
  if (rest < 0.5) return floor
  if (rest > 0.5) return floor + 1
  return floor % 2 === 0 ? floor : floor + 1
}

/** Correctly rounded decimal with `digits` places, ties to even on the exact double. */
export function roundDecimal(value: number, digits: number): number {
  if (!Number.isFinite(value)) return value
  const scale = powerOfTen(digits)
  const scaled = Math.abs(value) * scale
  const whole = Math.floor(scaled)
  // So far from the middle that the rounding error of the product cannot cross it.
  const isClear = Math.abs(scaled - whole - 0.5) > scaled * 2 ** -50
  if (isClear && scaled < 2 ** 49) {
    const nearest = (scaled - whole < 0.5 ? whole : whole + 1) / scale
    return value < 0 ? -nearest : nearest
  }
  const doubled = value * 2 ** (digits + 1)
  const isTie = Number.isInteger(doubled) && Math.abs(doubled % 2) === 1
  if (!isTie) return Number(value.toFixed(digits))
  const below = Math.floor(value * scale)
  return (below % 2 === 0 ? below : below + 1) / scale
}

const POWERS_OF_TEN = Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`))

/** The double nearest to `10 ** exponent`; exact for exponents of 0 to 22. */
export const powerOfTen = (exponent: number): number =>
  POWERS_OF_TEN[exponent] ?? Number(`1e${exponent}`)

/** Decimals in the shortest decimal form of `step`; at least one, as the later version counts. */
export function decimalsOf(step: number): number {
  const text = String(step)
  const exponent = text.indexOf('e-')
  if (exponent >= 0) {
    const dot = text.indexOf('.')
    return Number(text.slice(exponent + 2)) + (dot < 0 ? 0 : exponent - dot - 1)
  }
  const dot = text.indexOf('.')
  return dot < 0 ? 1 : text.length - dot - 1
}

/** Percentile `q` (0 to 100) of values in ascending order, by linear interpolation. */
export function percentileSorted(sorted: ArrayLike<number>, q: number): number {
  const last = sorted.length - 1
  const place = last * (q / 100)
  const index = Math.floor(place)
  if (index >= last) return sorted[last] ?? 0
  const fraction = place - index
  const low = sorted[index] ?? 0
  const high = sorted[index + 1] ?? 0
  const difference = high - low
  return fraction < 0.5 ? low + difference * fraction : high - difference * (1 - fraction)
}

/** Pairwise sum of `values[from..to)`, bit for bit as the reference's array library adds. */
export function pairwiseSum(values: ArrayLike<number>, from = 0, to = values.length): number {
  const count = to - from
  if (count < 8) {
    let sum = 0
    for (let index = from; index < to; index += 1) sum += values[index] ?? 0
    return sum
  }
  if (count > 128) {
    let half = Math.floor(count / 2)
    half -= half % 8
    return pairwiseSum(values, from, from + half) + pairwiseSum(values, from + half, to)
  }
  return sumOfEights(values, from, to)
}

function sumOfEights(values: ArrayLike<number>, from: number, to: number): number {
  const lanes = [0, 1, 2, 3, 4, 5, 6, 7].map((lane) => values[from + lane] ?? 0)
  let index = from + 8
  for (; index + 8 <= to; index += 8) {
    for (let lane = 0; lane < 8; lane += 1) {
      lanes[lane] = (lanes[lane] ?? 0) + (values[index + lane] ?? 0)
    }
  }
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = lanes
  let sum = a + b + (c + d) + (e + f + (g + h))
  for (; index < to; index += 1) sum += values[index] ?? 0
  return sum
}
