/** Numbers and times as a reader sees them. Times are UTC. */

const formats = new Map()

/** @param {number} value @param {number} [decimals] */
export function decimal(value, decimals = 0) {
  let format = formats.get(decimals)
  if (format === undefined) {
    const digits = { minimumFractionDigits: decimals, maximumFractionDigits: decimals }
    format = new Intl.NumberFormat('en-US', digits)
    formats.set(decimals, format)
  }
  return format.format(value)
}

/** With a sign, and a real minus. @param {number} value @param {number} decimals */
export function signed(value, decimals) {
  const text = decimal(Math.abs(value), decimals)
  return value < 0 ? `−${text}` : `+${text}`
}

/** Four significant digits, never an exponent. @param {number} value */
export function size(value) {
  if (value === 0) return '0'
  const whole = Math.floor(Math.log10(Math.max(Math.abs(value), 0.001))) + 1
  return decimal(value, Math.min(3, Math.max(0, 4 - whole)))
}

/** Decimals that the prices of a book are quoted in. @param {readonly (readonly number[])[]} levels */
export function decimalsOf(levels) {
  let decimals = 0
  for (const [price] of levels) {
    const text = String(price)
    const dot = text.indexOf('.')
    if (dot >= 0) decimals = Math.max(decimals, Math.min(8, text.length - dot - 1))
  }
  return decimals
}

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ')
const two = (value) => String(value).padStart(2, '0')

/** @param {number} timeMs */
export function clock(timeMs) {
  const time = new Date(timeMs)
  return `${two(time.getUTCHours())}:${two(time.getUTCMinutes())}`
}

/** @param {number} timeMs */
export function day(timeMs) {
  const time = new Date(timeMs)
  return `${time.getUTCDate()} ${MONTHS[time.getUTCMonth()]}`
}

/** @param {number} timeMs */
export function moment(timeMs) {
  const time = new Date(timeMs)
  return `${day(timeMs)} ${time.getUTCFullYear()} ${clock(timeMs)}:${two(time.getUTCSeconds())} UTC`
}

/** @param {number} ms */
export function span(ms) {
  const seconds = Math.round(ms / 1000)
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 60) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`
}
