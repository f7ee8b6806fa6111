/** A stream under watch, and what is thought of it. */
import type { HeardStream } from './stream-table.ts'

/**
 * `waiting`: acknowledged a moment ago. `quiet`: silent, as it may be. `stale`: longer than expected.
 * `dead`: proved not to deliver.
 */
export type StreamLevel = 'waiting' | 'ok' | 'quiet' | 'stale' | 'dead'

export interface Judgement {
  readonly level: StreamLevel
  readonly reason: string
  /** It is about the whole connection: over when that delivers anything, not when the stream speaks. */
  readonly ofConnection?: boolean
}

/** A stream and what is thought of it. Changed in place. */
export interface Watched {
  readonly stream: HeardStream
  /** Index of its table. */
  readonly group: number
  /** Streams that cannot move for long without it. */
  readonly twins: readonly HeardStream[]
  /** Other streams of its contract that move with the market. */
  readonly others: readonly HeardStream[]
  /** When it last spoke, or its connection opened, as last looked at. */
  sinceMonoUs: number
  /** Frames of twins and of others then. */
  twinBase: number
  otherBase: number
  /** Since when its twins prove it dead; `NaN` while they do not. Unit: µs. Clock: monotonic. */
  provedMonoUs: number
  judgement: Judgement
  /** Frames of the stream, or of its connection, when it was judged so. */
  judgedFrameCount: number
  /** Unit: ms. */
  limitMs: number
}

export function startWatched(
  stream: HeardStream,
  group: number,
  all: readonly HeardStream[],
): Watched {
  const { symbol, rule, twins } = stream.planned
  const ofSymbol = all.filter((other) => other !== stream && other.planned.symbol === symbol)
  const liquidations = all.filter(
    ({ planned }) => planned.rule === 'rare' && (planned.symbol === '') !== (symbol === ''),
  )
  return {
    stream,
    group,
    twins:
      rule === 'rare'
        ? liquidations
        : ofSymbol.filter(({ planned }) => twins.includes(planned.channel)),
    others: ofSymbol.filter(({ planned }) => planned.rule === 'active'),
    sinceMonoUs: Number.NaN,
    twinBase: 0,
    otherBase: 0,
    provedMonoUs: Number.NaN,
    judgement: { level: 'waiting', reason: 'not connected yet' },
    judgedFrameCount: 0,
    limitMs: 0,
  }
}
