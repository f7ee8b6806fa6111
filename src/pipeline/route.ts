/** Which handler an entry goes to: decided once per stream of a block, not once per entry. */

import type { StreamKey } from '../model/block.ts'
import { RECORDER_VENUE, SOCKET_CHANNELS } from '../model/channel.ts'

export const KIND = {
  depth: 0,
  aggTrade: 1,
  trade: 2,
  bookTicker: 3,
  forceOrder: 4,
  markPrice: 5,
  depthSnapshot: 6,
  openInterest: 7,
  topLongShortAccountRatio: 8,
  topLongShortPositionRatio: 9,
  globalLongShortAccountRatio: 10,
  fact: 11,
  other: 12,
} as const

export type Kind = (typeof KIND)[keyof typeof KIND]

export function kindOf(stream: StreamKey): Kind {
  if (stream.venue === RECORDER_VENUE) return KIND.fact
  return KIND[stream.channel as keyof typeof KIND] ?? KIND.other
}

/** Channels that a symbol must have one of before it has engines. */
const MAKES_SYMBOL = new Set(['depth', 'aggTrade', 'markPrice'])

export const makesSymbol = ({ venue, channel, symbol }: StreamKey): boolean =>
  venue !== RECORDER_VENUE && symbol !== '' && MAKES_SYMBOL.has(channel)

const SOCKETS: ReadonlySet<string> = new Set(SOCKET_CHANNELS)

export const isSocket = ({ venue, channel }: StreamKey): boolean =>
  venue !== RECORDER_VENUE && SOCKETS.has(channel)
