/** What goes wrong in a simulation, planned from its seed, and what went wrong, for the checkers. */
import { Random } from '../../src/exchange/random.ts'

/** Faults of single frames, each with its chance. */
export interface FrameFaults {
  readonly drop: number
  readonly duplicate: number
  readonly delay: number
  readonly reorder: number
  /** The frame arrives with its end cut off, or bytes flipped. */
  readonly spoil: number
  /** Something arrives beside the frames: no JSON, an answer, an unknown event, a huge frame. */
  readonly garbage: number
}

export type RestFault = 'slow' | 'lost' | 'refused' | 'error' | '429' | '418' | 'garbage'

export type PlannedFault =
  | { readonly kind: 'cut' | 'halfOpen' | 'rotate'; readonly atMs: number; readonly route: string }
  | {
      readonly kind: 'refuse' | 'stall'
      readonly atMs: number
      readonly endMs: number
      readonly route: string
    }
  | {
      readonly kind: 'mute'
      readonly atMs: number
      readonly endMs: number
      readonly stream: string
    }
  | {
      readonly kind: 'rest'
      readonly atMs: number
      readonly endMs: number
      readonly fault: RestFault
    }
  | { readonly kind: 'clockJump'; readonly atMs: number; readonly byMs: number }
  | {
      readonly kind: 'idJump'
      readonly atMs: number
      readonly symbolIndex: number
      readonly by: number
    }
  | { readonly kind: 'sleep'; readonly atMs: number; readonly endMs: number }
  | {
      readonly kind: 'crash'
      readonly atMs: number
      readonly turn: number
      readonly downMs: number
    }
  | { readonly kind: 'diskStall' | 'diskFull'; readonly atMs: number; readonly endMs: number }
  | { readonly kind: 'diskLow'; readonly atMs: number; readonly endMs: number }

/** A fault that may have cost frames, as it happened. */
export interface Incident {
  readonly kind: 'disconnect' | 'silence' | 'outage' | 'ids' | 'late'
  /** Empty: of all routes. */
  readonly route: string
  /** Empty: all streams of the route. */
  readonly stream: string
  fromMs: number
  toMs: number
  /** It costs nothing by itself: what was held up arrives later. */
  isHeldUp?: boolean
  /** A connection that never came to be: another one may deliver all the while. */
  isAttempt?: boolean
}

export const ROUTES = ['/public', '/market'] as const

export interface FaultPlan {
  readonly frames: FrameFaults
  readonly faults: readonly PlannedFault[]
}

export const NO_FRAME_FAULTS: FrameFaults = {
  drop: 0,
  duplicate: 0,
  delay: 0,
  reorder: 0,
  spoil: 0,
  garbage: 0,
}

const REST_FAULTS: readonly RestFault[] = [
  'slow',
  'lost',
  'refused',
  'error',
  '429',
  '418',
  'garbage',
]
const MUTABLE = ['depth@100ms', 'aggTrade', 'markPrice@1s', 'bookTicker', 'trade'] as const

/** A plan for `lengthMs`: some kinds of faults, so that seeds differ in what meets what. */
export function planFaults(seed: number, lengthMs: number, symbols: readonly string[]): FaultPlan {
  const random = new Random(seed, 'faults')
  const rate = (share: number, max: number): number =>
    random.chance(share) ? max * random.unit() : 0
  const frames: FrameFaults = {
    drop: rate(0.3, 0.01),
    duplicate: rate(0.3, 0.02),
    delay: rate(0.3, 0.02),
    reorder: rate(0.2, 0.005),
    spoil: rate(0.2, 0.004),
    garbage: rate(0.2, 0.004),
  }
  const faults: PlannedFault[] = []
  const at = (): number => Math.round(2_000 + random.unit() * (lengthMs - 4_000))
  const span = (low: number, high: number) => {
    const atMs = at()
    return { atMs, endMs: atMs + Math.round(random.between(low, high)) }
  }
  const route = (): string => ROUTES[random.below(2)] ?? '/public'
  const some = (share: number, max: number, add: () => void): void => {
    if (!random.chance(share)) return
    const count = 1 + random.below(max)
    for (let index = 0; index < count; index += 1) add()
  }
  some(0.35, 3, () => faults.push({ kind: 'cut', atMs: at(), route: route() }))
  some(0.2, 2, () => faults.push({ kind: 'rotate', atMs: at(), route: '' }))
  some(0.25, 2, () => faults.push({ kind: 'halfOpen', atMs: at(), route: route() }))
  some(0.2, 2, () => faults.push({ kind: 'refuse', ...span(1_000, 25_000), route: route() }))
  some(0.2, 2, () => faults.push({ kind: 'stall', ...span(500, 14_000), route: route() }))
  some(0.2, 2, () => {
    const symbol = symbols[random.below(symbols.length)] ?? ''
    const name = MUTABLE[random.below(MUTABLE.length)] ?? MUTABLE[0]
    faults.push({ kind: 'mute', ...span(5_000, 60_000), stream: `${symbol.toLowerCase()}@${name}` })
  })
  some(0.35, 3, () => {
    const fault = REST_FAULTS[random.below(REST_FAULTS.length)] ?? 'slow'
    faults.push({ kind: 'rest', ...span(2_000, 40_000), fault })
  })
  some(0.2, 2, () => {
    const sizeMs = [300, 4_000, 61_000, 3_700_000][random.below(4)] ?? 300
    const byMs = Math.round(sizeMs * random.between(-1, 1))
    faults.push({ kind: 'clockJump', atMs: at(), byMs })
  })
  some(0.15, 2, () =>
    faults.push({
      kind: 'idJump',
      atMs: at(),
      symbolIndex: random.below(symbols.length),
      by: 1 + random.below(5_000),
    }),
  )
  some(0.15, 1, () => faults.push({ kind: 'sleep', ...span(10_000, 50_000) }))
  some(0.3, 2, () =>
    faults.push({
      kind: 'crash',
      atMs: at(),
      turn: random.below(40),
      downMs: 500 + random.below(20_000),
    }),
  )
  some(0.2, 2, () => faults.push({ kind: 'diskStall', ...span(500, 20_000) }))
  some(0.1, 1, () => faults.push({ kind: 'diskFull', ...span(1_000, 10_000) }))
  some(0.1, 1, () => faults.push({ kind: 'diskLow', ...span(5_000, 30_000) }))
  return { frames, faults }
}
