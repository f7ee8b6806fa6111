/**
 * The minute tape of a recording: all that engines behind a market are given, in order, and nothing
 * of the millions of entries that it was made from. A sweep makes it once and runs every trial on it.
 */

import { assert } from '../base/assert.ts'
import { CanonicalWriter, decodeCanonical, type Plain } from '../base/canonical.ts'
import type { MarketSettings } from '../engines/market-settings.ts'
import type { EngineLiquidation, EngineMinute } from '../engines/symbol/symbol-engines.ts'
import type { JournalReader } from '../journal/journal.ts'
import { Pipeline } from '../pipeline/pipeline.ts'
import { flatSettings, type Settings } from '../pipeline/settings.ts'
import { runToDigest, type SymbolRun } from '../pipeline/symbol-run.ts'
import { blocksOf, type ColumnSource } from '../replay/block-source.ts'
import { Digester } from '../replay/digests.ts'
import { liquidationOf, minuteOf } from './engine-input.ts'

export type TapeItem =
  | {
      readonly kind: 'liquidation'
      readonly seq: number
      /** Of the match. Unit: s since 1970. */
      readonly venueTimeS: number
      readonly event: EngineLiquidation
    }
  /** `seq`: of the entry that closed it. */
  | { readonly kind: 'minute'; readonly seq: number; readonly minute: EngineMinute }

export interface SymbolTape {
  readonly symbol: string
  readonly baseAsset: string
  /** Height of a bucket. Unit: USD. */
  readonly stepUsd: number
  readonly items: readonly TapeItem[]
  /** What the last digest covers beside the engines: they are put into its `heat`. */
  readonly lastState: Plain
  /** That digest under {@link Tape.settings}: whoever runs the tape can prove that it is right. */
  readonly lastDigest: string
}

export interface Tape {
  /** Those that it was made with, by full name. */
  readonly settings: Plain
  readonly entryCount: number
  readonly gapCount: number
  readonly symbols: readonly SymbolTape[]
}

/** Engines whose settings a market is computed with: the tape is another one with each value. */
const MARKET_ENGINES = [
  'pipeline',
  'book',
  'frames',
] as const satisfies readonly (keyof MarketSettings)[]
/** What else decides which inputs engines are given: when they start, and the band of the book. */
const INPUT_SETTINGS: readonly string[] = ['heatmap.stepUsd', 'inference.model']

const isMarketEngine = (engine: string): boolean =>
  (MARKET_ENGINES as readonly string[]).includes(engine)

/** Whether a tape made with another value of this setting may be another tape. */
export const changesTape = (name: string): boolean =>
  INPUT_SETTINGS.includes(name) || isMarketEngine(name.split('.')[0] ?? '')

/** Settings with the same key share a tape. */
export const tapeKeyOf = (settings: Settings): string =>
  JSON.stringify(Object.entries(flatSettings(settings)).filter(([name]) => changesTape(name)))

export interface TapeOptions {
  readonly settings: Settings
  /** Symbols that have engines from the first entry on. */
  readonly symbols: readonly string[]
  /** One past the last sequence. */
  readonly toSeq: number
  /** Read columns where there are some, and make those that are missing. */
  readonly columns?: ColumnSource | undefined
  readonly onProgress?: ((seq: number) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

/** Runs the recording through the pipeline once. Nothing when it was stopped on the way. */
export async function recordTape(
  reader: JournalReader,
  { settings, symbols, toSeq, columns, onProgress, signal }: TapeOptions,
): Promise<Tape | undefined> {
  const recorder = new TapeRecorder()
  const pipeline = new Pipeline({
    settings,
    symbols,
    listener: {
      liquidationTaken: (run, order, { seq }) => {
        // Without engines yet it reached none.
        if (run.heat.engines === undefined) return
        const venueTimeS = order.venueTimeMs / 1000
        recorder.add(run, {
          kind: 'liquidation',
          seq,
          venueTimeS,
          event: liquidationOf(run, order),
        })
      },
      minuteClosed: (run, close, { seq }, outcome) => {
        const { engines } = run.heat
        if (engines !== undefined && outcome !== undefined) {
          const minute = structuredClone(minuteOf(run, close, engines))
          recorder.add(run, { kind: 'minute', seq, minute })
        }
        recorder.keepState(run)
      },
      gapFound: () => {
        recorder.gapCount += 1
      },
    },
  })
  for await (const block of blocksOf(reader, columns, { fromSeq: 0, toSeq })) {
    pipeline.consume(block, 0, Math.min(block.count, toSeq - block.firstSeq))
    onProgress?.(pipeline.nextSeq)
    if (signal?.aborted === true) return undefined
  }
  return {
    settings: flatSettings(settings),
    entryCount: pipeline.nextSeq,
    gapCount: recorder.gapCount,
    symbols: [...pipeline.runs.values()].flatMap((run) => recorder.tapeOf(run) ?? []),
  }
}

/** The bytes that a file or another thread is given. */
export const encodeTape = (tape: Tape): Uint8Array =>
  new CanonicalWriter().encode(tape as unknown as Plain)

export const decodeTape = (bytes: Uint8Array): Tape => decodeCanonical(bytes) as unknown as Tape

interface KeptState {
  readonly bytes: Uint8Array
  readonly digest: string
  /** Items that came before it. */
  readonly itemCount: number
}

class TapeRecorder {
  gapCount = 0
  readonly #digester = new Digester()
  readonly #writer = new CanonicalWriter()
  readonly #items = new Map<string, TapeItem[]>()
  readonly #states = new Map<string, KeptState>()

  add({ symbol }: SymbolRun, item: TapeItem): void {
    const items = this.#items.get(symbol)
    if (items === undefined) this.#items.set(symbol, [item])
    else items.push(item)
  }

  /** A digest covers the state as it is now, which the next entry changes. */
  keepState(run: SymbolRun): void {
    const cause = { seq: 0, ordinal: 0, recvTimeUs: 0 }
    const { digest } = this.#digester.digestOf(run, 0, cause)
    const state = { ...(runToDigest(run) as Record<string, Plain>), heat: undefined }
    const itemCount = this.#items.get(run.symbol)?.length ?? 0
    const bytes = this.#writer.encode(state).slice()
    this.#states.set(run.symbol, { bytes, digest, itemCount })
  }

  /** Nothing for a symbol without a minute that had a price. */
  tapeOf({ symbol, market, heat }: SymbolRun): SymbolTape | undefined {
    const items = this.#items.get(symbol)
    const state = this.#states.get(symbol)
    if (items === undefined || state === undefined || heat.engines === undefined) return undefined
    const lastState = decodeCanonical(state.bytes)
    assert(lastState !== undefined, 'the state of a run is an object')
    return {
      symbol,
      baseAsset: market.liquidations.baseAsset,
      stepUsd: heat.engines.liquidation.context.grid.stepUsd,
      // Liquidations of the minute that is still open change nothing that is told of the tape.
      items: items.slice(0, state.itemCount),
      lastState,
      lastDigest: state.digest,
    }
  }
}
