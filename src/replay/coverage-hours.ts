/** Stretches of time, and their shares of hours. */
export const HOUR_MS = 3_600_000

/** Half-open. Unit: ms since 1970. Clock: ours. */
export interface Stretch {
  readonly fromMs: number
  readonly toMs: number
}

export const hourOf = (timeMs: number): number => Math.floor(timeMs / HOUR_MS) * HOUR_MS

/** The same time with nothing in it twice, in order. */
export function unionOf(stretches: readonly Stretch[]): readonly Stretch[] {
  const union: { fromMs: number; toMs: number }[] = []
  for (const { fromMs, toMs } of stretches.toSorted((a, b) => a.fromMs - b.fromMs)) {
    const last = union.at(-1)
    if (last !== undefined && fromMs <= last.toMs) last.toMs = Math.max(last.toMs, toMs)
    else union.push({ fromMs, toMs })
  }
  return union
}

/** Whole shares of `count` for each hour that a stretch touches, by time; they add up to it. */
export function shareOut(count: number, { fromMs, toMs }: Stretch): readonly [number, number][] {
  const shares: [number, number][] = []
  let given = 0
  for (let hourMs = hourOf(fromMs); hourMs < toMs || shares.length === 0; hourMs += HOUR_MS) {
    const endMs = Math.min(toMs, hourMs + HOUR_MS)
    const isLast = endMs >= toMs
    const due = isLast ? count : Math.round((count * (endMs - fromMs)) / (toMs - fromMs))
    shares.push([hourMs, due - given])
    given = due
  }
  return shares
}
