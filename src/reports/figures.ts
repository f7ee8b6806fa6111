/** Numbers as a report prints them. The JSON twin holds them unrounded. */
import { fixed, signed } from '../audits/number-text.ts'
import type { AuditInterval, Figure, Spread } from '../audits/view-figures.ts'

/** Stands where there is nothing to say. */
export const NOTHING = '–'

/** Marks of a figure, explained by {@link MARKS_EXPLAINED}. */
const INSUFFICIENT = '†'
const OVER_GAP = '‡'
const FEW_BLOCKS = '§'

export const MARKS_EXPLAINED = `${INSUFFICIENT} fewer samples than \`audit.sampleMin\`: do not rely on it. ${OVER_GAP} some of it lies in minutes that a gap touches. ${FEW_BLOCKS} no interval: it stands on fewer than six blocks.`

export const usd = (value: number, digits = 0): string => `${fixed(value, digits)} USD`

export const optional = (value: number | undefined, print: (value: number) => string): string =>
  value === undefined ? NOTHING : print(value)

/** A value with its interval, inside of brackets: `+0.02; 95 %: −0.05 to +0.07`. */
export const inBrackets = (
  value: number,
  interval: AuditInterval | undefined,
  print: (value: number) => string,
): string =>
  interval === undefined
    ? print(value)
    : `${print(value)}; 95 %: ${print(interval.low)} to ${print(interval.high)}`

export type Marked = Pick<Figure, 'insufficient' | 'overGap' | 'fewBlocks'>

export const marks = ({ insufficient, overGap, fewBlocks }: Marked): string =>
  `${insufficient ? INSUFFICIENT : ''}${overGap ? OVER_GAP : ''}${fewBlocks ? FEW_BLOCKS : ''}`

/** A figure with its interval and its marks. */
export const figure = (
  { value, interval, ...rest }: Figure,
  print: (value: number) => string,
): string =>
  value === undefined ? NOTHING : `${print(value)}${shortInterval(interval, print)}${marks(rest)}`

/** In tables: `71.0 [64.1, 77.9]`; a narrow column breaks before the bracket, never inside. */
const shortInterval = (
  interval: AuditInterval | undefined,
  print: (value: number) => string,
): string =>
  interval === undefined ? '' : ` [${print(interval.low)},\u00a0${print(interval.high)}]`

/** Of a share: percent without its sign, which stands in the head of the column. */
export const share = (fraction: number): string => fixed(100 * fraction, 1)
export const points = (fraction: number): string => signed(100 * fraction, 1)

export const median = (spread: Spread, print: (value: number) => string): string =>
  spread.median === undefined ? NOTHING : `${print(spread.median)}${marks(spread)}`

/** A length of time as a person says it. */
export function seconds(value: number): string {
  const size = Math.abs(value)
  if (size < 60) return `${fixed(value, 1)} s`
  if (size < 3600) return `${fixed(value / 60, 1)} min`
  return `${fixed(value / 3600, 1)} h`
}

/** A moment in UTC. */
export const moment = (timeS: number): string =>
  `${new Date(Math.floor(timeS * 1000))
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, '')} UTC`

export const momentMs = (timeS: number): string =>
  new Date(Math.round(timeS * 1000)).toISOString().replace('T', ' ').replace('Z', '')
