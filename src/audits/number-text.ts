/** Numbers as sentences and tables print them. Views hold them unrounded. */
import type { AuditInterval } from './view-figures.ts'

/** A minus sign as wide as a digit, and none before a number that rounds to 0. */
export function fixed(value: number, digits: number): string {
  const text = value.toFixed(digits)
  const isZero = Number(text) === 0
  const plain = isZero ? text.replace('-', '') : text
  const [whole = '', ...rest] = plain.replace('-', '−').split('.')
  return [whole.replace(/\B(?=(\d{3})+(?!\d))/g, ','), ...rest].join('.')
}

export const whole = (value: number): string => fixed(value, 0)

export const signed = (value: number, digits: number): string =>
  `${Number(value.toFixed(digits)) > 0 ? '+' : ''}${fixed(value, digits)}`

export const percent = (fraction: number, digits = 1): string =>
  `${fixed(100 * fraction, digits)} %`

/** `(95 %: 0.58 to 0.80)`; nothing without an interval. */
export const between = (
  interval: AuditInterval | undefined,
  print: (value: number) => string,
): string =>
  interval === undefined ? '' : ` (95 %: ${print(interval.low)} to ${print(interval.high)})`
