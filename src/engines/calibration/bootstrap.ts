/** How sure a score is: blocks of minutes drawn again and again (`standard-profile.md` §4). */
import { addRated, createHazard, hazardScore, type RatedMinute } from './hazard.ts'

export interface Interval {
  readonly low: number
  readonly high: number
}

export interface BootstrapOptions {
  /** Seeded; gives numbers of [0, 1). */
  readonly random: () => number
  readonly draws?: number
  readonly blockMinutes?: number
}

/**
 * The 95 % interval of the gain of `minutes`; with `rival`, of its lead over the rival, drawn in the
 * same blocks. Nothing when there is no event to score.
 */
export function gainInterval(
  minutes: readonly RatedMinute[],
  { random, draws = 1000, blockMinutes = 120 }: BootstrapOptions,
  rival?: readonly RatedMinute[],
): Interval | undefined {
  const ours = blocksOf(minutes, blockMinutes)
  const theirs = rival === undefined ? undefined : blocksOf(rival, blockMinutes)
  const gains: number[] = []
  for (let draw = 0; draw < draws; draw += 1) {
    const picked = Array.from({ length: ours.length }, () => Math.floor(random() * ours.length))
    const gain = gainOf(ours, picked)
    const other = theirs === undefined ? 0 : gainOf(theirs, picked)
    if (gain !== undefined && other !== undefined) gains.push(gain - other)
  }
  const sorted = gains.sort((a, b) => a - b)
  if (sorted.length === 0) return undefined
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? 0
  return { low: at(0.025), high: at(0.975) }
}

/** By time, so that paired series fall into the same blocks. */
function blocksOf(
  minutes: readonly RatedMinute[],
  blockMinutes: number,
): readonly (readonly RatedMinute[])[] {
  const blocks = new Map<number, RatedMinute[]>()
  for (const minute of minutes) {
    const key = Math.floor(minute.minute / blockMinutes)
    const block = blocks.get(key)
    if (block === undefined) blocks.set(key, [minute])
    else block.push(minute)
  }
  return [...blocks.values()]
}

function gainOf(
  blocks: readonly (readonly RatedMinute[])[],
  picked: readonly number[],
): number | undefined {
  const sums = createHazard()
  for (const index of picked) for (const minute of blocks[index] ?? []) addRated(sums, minute)
  return hazardScore(sums).gain
}
