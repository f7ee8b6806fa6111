/** Numbers as the panels write them (`dashboard.md` §6). No locale: the same text everywhere. */

const grouped = (digits: string): string => digits.replace(/\B(?=(\d{3})+(?!\d))/g, ',')

/** `1,234.50` with so many decimals. */
export function fixed(value: number, decimals: number): string {
  const [whole = '', rest] = Math.abs(value).toFixed(decimals).split('.')
  const sign = value < 0 && Number(value.toFixed(decimals)) !== 0 ? '-' : ''
  return `${sign}${grouped(whole)}${rest === undefined ? '' : `.${rest}`}`
}

export const dollars = (value: number, decimals = 2): string =>
  value < 0 ? `-$${fixed(-value, decimals)}` : `$${fixed(value, decimals)}`

/** A price with as many decimals as its size asks for. */
export const price = (value: number): string =>
  dollars(value, value >= 1000 ? 2 : value >= 10 ? 3 : 5)

export const signed = (value: number, decimals: number): string =>
  `${value > 0 ? '+' : ''}${fixed(value, decimals)}`

export const percent = (fraction: number, decimals: number): string =>
  `${fixed(fraction * 100, decimals)}%`

/** `12 ms`, `3.4 s`, `5m 12s`, `3h 02m`. */
export function span(ms: number): string {
  if (ms < 0) return 'never'
  if (ms < 1_000) return `${Math.round(ms)} ms`
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`
  const minutes = Math.floor(ms / 60_000)
  if (minutes < 60) return `${minutes}m ${String(Math.floor(ms / 1_000) % 60).padStart(2, '0')}s`
  return `${Math.floor(minutes / 60)}h ${String(minutes % 60).padStart(2, '0')}m`
}

/** `2026-01-05 03:00:00` in UTC. */
export const moment = (timeMs: number): string =>
  timeMs > 0 ? new Date(timeMs).toISOString().slice(0, 19).replace('T', ' ') : '-'
