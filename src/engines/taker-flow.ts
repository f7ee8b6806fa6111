/** What takers bought and sold per minute, in USD (`pipeline.md` §6). */

export interface TakerMinute {
  /** Minutes since 1970. */
  minute: number
  buyUsd: number
  sellUsd: number
  tradeCount: number
}

export interface TakerFlow {
  current: TakerMinute | undefined
  /** Minutes that a trade of another one ended, the oldest first. */
  readonly history: TakerMinute[]
}

/** `pipeline.md` §6. */
const HISTORY_MAX = 10

export const createTakerFlow = (): TakerFlow => ({ current: undefined, history: [] })

/** Adds a trade. Any other minute than the current one ends it, also an earlier one. */
export function addTakerTrade(
  flow: TakerFlow,
  minute: number,
  notionalUsd: number,
  buyerIsMaker: boolean,
): void {
  let current = flow.current
  if (current?.minute !== minute) {
    if (current !== undefined) flow.history.push(current)
    if (flow.history.length > HISTORY_MAX) flow.history.shift()
    current = { minute, buyUsd: 0, sellUsd: 0, tradeCount: 0 }
    flow.current = current
  }
  if (buyerIsMaker) current.sellUsd += notionalUsd
  else current.buyUsd += notionalUsd
  current.tradeCount += 1
}

/** The flow of `minute`: the current one, or the newest of that name. */
export const takerMinute = (flow: TakerFlow, minute: number): TakerMinute | undefined =>
  flow.current?.minute === minute
    ? flow.current
    : flow.history.findLast((ended) => ended.minute === minute)

/** The minute that ended last, which need not be the one before the present. */
export const previousTakerMinute = (flow: TakerFlow): TakerMinute | undefined => flow.history.at(-1)

/** The last `count` ended minutes, the oldest first. */
export const lastTakerMinutes = (flow: TakerFlow, count = 5): readonly TakerMinute[] =>
  flow.history.slice(-count)
