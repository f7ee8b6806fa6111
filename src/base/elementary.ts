/**
 * `exp` and `log` in plain arithmetic: the language lets its own differ between releases, and a
 * digest must not. The method is that of fdlibm: reduce to a short interval, evaluate a minimax
 * rational there, scale by a power of two. Both lie within 1 ulp of the true value.
 */

/** ln 2 in two parts: the first with so few bits that its product with an exponent is exact. */
const LN2_HIGH = 0.6931471803691238
const LN2_LOW = 1.9082149292705877e-10

/** Above it e^x is no double; below its counterpart it rounds to 0. */
const EXP_MAX = 709.782712893384
const EXP_MIN = -745.1332191019411

/** e^x. */
export function exp(x: number): number {
  if (Number.isNaN(x)) return x
  if (x > EXP_MAX) return Number.POSITIVE_INFINITY
  if (x < EXP_MIN) return 0
  const exponent = Math.abs(x) <= 0.5 * Math.LN2 ? 0 : Math.floor(x / Math.LN2 + 0.5)
  const high = x - exponent * LN2_HIGH
  const low = exponent * LN2_LOW
  const rest = high - low
  // r · (e^r + 1) / (e^r − 1) is even in r and close to 2 + r²/6: a short polynomial in r².
  const square = rest * rest
  const correction =
    square *
    (0.16666666666666602 +
      square *
        (-0.0027777777777015593 +
          square *
            (6.613756321437934e-5 +
              square * (-1.6533902205465252e-6 + square * 4.1381367970572385e-8))))
  const even = rest - correction
  const mantissa = 1 - (low - (rest * even) / (2 - even) - high)
  return scaled(mantissa, exponent)
}

/** The natural logarithm: `NaN` below 0, -Infinity at 0. */
export function log(x: number): number {
  if (Number.isNaN(x) || x < 0) return Number.NaN
  if (x === 0) return Number.NEGATIVE_INFINITY
  if (x === Number.POSITIVE_INFINITY) return x
  // A subnormal is made normal first, so that its exponent can be read off its bits.
  const isTiny = x < MIN_NORMAL
  bits.setFloat64(0, isTiny ? x * TWO_54 : x)
  const word = bits.getUint32(0)
  // The mantissa is brought into [√½, √2), where 1 + f loses nothing.
  const carry = (word & 0xfffff) + 0x95f64 > 0xfffff ? 1 : 0
  const exponent = (word >>> 20) - 1023 + carry - (isTiny ? 54 : 0)
  bits.setUint32(0, (word & 0xfffff) | ((1023 - carry) << 20))
  const fraction = bits.getFloat64(0) - 1
  return logOfParts(exponent, fraction)
}

/** 2^x. */
export const exp2 = (x: number): number => exp(x * Math.LN2)

const bits = new DataView(new ArrayBuffer(8))
const MIN_NORMAL = 2.2250738585072014e-308
const TWO_54 = 18014398509481984

/** 2^k for every double that is a power of two, from 2^-1074 on. */
const POWERS = powersOfTwo()
const POWER_MIN = -1074

/** ln(2^exponent · (1 + fraction)). */
function logOfParts(exponent: number, fraction: number): number {
  const s = fraction / (2 + fraction)
  const z = s * s
  const w = z * z
  const odd =
    z *
    (0.6666666666666735 +
      w * (0.2857142874366239 + w * (0.1818357216161805 + w * 0.14798198605116586)))
  const even = w * (0.3999999999940942 + w * (0.22222198432149784 + w * 0.15313837699209373))
  const half = 0.5 * fraction * fraction
  const tail = s * (half + even + odd) + exponent * LN2_LOW
  return exponent * LN2_HIGH - (half - tail - fraction)
}

function scaled(mantissa: number, exponent: number): number {
  // 2^1024 is no double, but its product with a mantissa below 1 is.
  if (exponent > 1023) return mantissa * 2 * (POWERS[1023 - POWER_MIN] ?? 0)
  return mantissa * (POWERS[exponent - POWER_MIN] ?? 0)
}

function powersOfTwo(): Float64Array {
  const powers = new Float64Array(1024 + 1074)
  let power = 5e-324
  for (let index = 0; index < powers.length; index += 1) {
    powers[index] = power
    power *= 2
  }
  return powers
}
