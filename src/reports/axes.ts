/** Scales with round marks, and the lines and labels around a plot. */
import { line, text } from './svg.ts'

export interface Frame {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

export interface Scale {
  /** Where a value lies. Unit: pixels. */
  readonly at: (value: number) => number
  readonly ticks: readonly number[]
  readonly from: number
  readonly to: number
}

/** From `from` to `to`, ends rounded outward to marks when `rounded`. */
export function linearScale(
  [from, to]: readonly [number, number],
  [start, end]: readonly [number, number],
  { count, rounded }: { readonly count: number; readonly rounded: boolean },
): Scale {
  const step = niceStep((to - from || 1) / count)
  const low = rounded ? Math.floor(from / step) * step : from
  const high = rounded ? Math.ceil(to / step) * step || step : to
  // Without the sum, the mark at 0 may be −0.
  const first = Math.ceil(low / step - 1e-9) + 0
  const last = Math.floor(high / step + 1e-9)
  const ticks: number[] = []
  for (let place = first; place <= last; place += 1) ticks.push(place * step)
  const at = (value: number) => start + ((value - low) / (high - low || 1)) * (end - start)
  return { at, ticks, from: low, to: high }
}

/** The least of 1, 2 and 5 times a power of ten that is not below `step`. */
function niceStep(step: number): number {
  let power = 1
  while (power > step) power /= 10
  while (power * 10 <= step) power *= 10
  const factor = [1, 2, 5, 10].find((candidate) => candidate * power >= step * (1 - 1e-9)) ?? 10
  return factor * power
}

/** Decimals that tell the marks apart. */
export function tickDecimals({ ticks }: Scale): number {
  const step = Math.abs((ticks[1] ?? 1) - (ticks[0] ?? 0))
  let decimals = 0
  while (
    decimals < 8 &&
    Math.abs(step * 10 ** decimals - Math.round(step * 10 ** decimals)) > 1e-6
  ) {
    decimals += 1
  }
  return decimals
}

/** Unit: minutes. */
const TIME_STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 7200, 14_400, 43_200]

/** Minutes since 1970 along a plot. */
export function timeScale(
  [from, to]: readonly [number, number],
  [start, end]: readonly [number, number],
  count: number,
): Scale {
  const step = TIME_STEPS.find((candidate) => (to - from) / candidate <= count) ?? 43_200
  const ticks: number[] = []
  for (let tick = Math.ceil(from / step) * step; tick <= to; tick += step) ticks.push(tick)
  const at = (minute: number) => start + ((minute - from) / (to - from || 1)) * (end - start)
  return { at, ticks, from, to }
}

/** The day where it begins, else the hour. UTC. */
export function timeLabel(minute: number): string {
  const iso = new Date(minute * 60_000).toISOString()
  return minute % 1440 === 0 ? iso.slice(5, 10) : iso.slice(11, 16)
}

export interface AxisOptions {
  readonly label: (value: number) => string
  /** What is shown, with its unit. */
  readonly title: string
}

/** Lines across the plot, labels on its left, and the title above them. */
export function leftAxis(
  frame: Frame,
  scale: Scale,
  { label, title }: AxisOptions,
): readonly string[] {
  return [
    ...scale.ticks.flatMap((tick) => {
      const y = scale.at(tick)
      return [
        line(frame.left, y, frame.right, y, { 'stroke-opacity': '0.22' }),
        text(frame.left - 6, y + 4, label(tick), { 'text-anchor': 'end' }),
      ]
    }),
    text(4, frame.top - 12, title),
  ]
}

/** Labels below the plot, its title at their right end. */
export function bottomAxis(
  frame: Frame,
  scale: Scale,
  { label, title }: AxisOptions,
  across = false,
): readonly string[] {
  const { left, right, top, bottom } = frame
  return [
    line(left, bottom, right, bottom, { 'stroke-opacity': '0.6' }),
    ...scale.ticks.flatMap((tick) => {
      const x = scale.at(tick)
      const from = across ? top : bottom
      return [
        line(x, from, x, bottom + 4, { 'stroke-opacity': across ? '0.22' : '0.6' }),
        text(x, bottom + 18, label(tick), { 'text-anchor': 'middle' }),
      ]
    }),
    text(right, bottom + 36, title, { 'text-anchor': 'end' }),
  ]
}
