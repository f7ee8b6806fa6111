/** What a pipeline tells whoever listens, beside the state that it keeps. */
import type { BookFrame } from '../engines/frames.ts'
import type { MinuteClose } from '../engines/minute-close.ts'
import type { EngineLog, EngineOutcome, EngineRecord } from '../engines/symbol/symbol-engines.ts'
import type { Fault, ForceOrder } from '../model/messages.ts'
import type { SymbolRun } from './symbol-run.ts'

/** The entry that something comes from. */
export interface Cause {
  readonly seq: number
  /** Place among the venue payloads of the recording, recorder facts not counted. From 0. */
  readonly ordinal: number
  readonly recvTimeUs: number
}

/** Something is missing: ids of a stream, or time that the recorder knows it was blind for. */
export interface Gap {
  readonly symbol: string
  readonly channel: string
  readonly cause: string
  /** How many ids are missing, where ids tell; 0 otherwise. */
  readonly missingCount: number
  /** How long nothing came, where that is known; 0 otherwise. */
  readonly durationMs: number
}

/** All are called while the entry is being handled; what they are given is good until they return. */
export interface PipelineListener {
  /** `outcome`: what the engines made of it; nothing for a minute without a price. */
  minuteClosed?(
    run: SymbolRun,
    close: MinuteClose,
    cause: Cause,
    outcome: EngineOutcome | undefined,
  ): void
  frameEmitted?(run: SymbolRun, frame: BookFrame, cause: Cause): void
  /** A liquidation that market and engines have taken. */
  liquidationTaken?(run: SymbolRun, order: ForceOrder, cause: Cause): void
  /** A reply with an open interest that could be read. */
  openInterestTaken?(run: SymbolRun, cause: Cause): void
  /** A record of the engines. Listening makes them be made. */
  recordEmitted?(run: SymbolRun, log: EngineLog, record: EngineRecord, cause: Cause): void
  /** A liquidation that was refused, with the reason. */
  liquidationRefused?(order: ForceOrder, reason: string, cause: Cause): void
  faultFound?(fault: Fault): void
  gapFound?(gap: Gap, cause: Cause): void
  /** A recorder fact, as its JSON text. */
  factRead?(channel: string, text: string, cause: Cause): void
}

/** Tells both, `first` first. Records are only made when one of them listens to them. */
export function bothOf(first: PipelineListener, second: PipelineListener): PipelineListener {
  const both: Record<string, unknown> = {}
  for (const name of new Set([...Object.keys(first), ...Object.keys(second)])) {
    const calls = [first, second].flatMap((listener) => {
      const call = listener[name as keyof PipelineListener] as
        | ((...args: unknown[]) => void)
        | undefined
      return call === undefined ? [] : [call.bind(listener)]
    })
    both[name] = (...args: unknown[]) => {
      for (const call of calls) call(...args)
    }
  }
  return both as PipelineListener
}
