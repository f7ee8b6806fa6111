/**
 * The one path from entries to state, for live capture and replay alike: blocks in, changed state
 * and events out. Nothing in here knows which of the two it serves.
 */
import type { Plain } from '../base/canonical.ts'
import { Decoder } from '../decode/decoder.ts'
import type { Block, StreamKey } from '../model/block.ts'
import { type DecodedBlock, isDecoded } from './decoded-block.ts'
import type { RunOptions } from './engine-run.ts'
import type { Cause, PipelineListener } from './events.ts'
import { readFact } from './facts.ts'
import { EntryHandler } from './handlers.ts'
import { KIND, type Kind, kindOf, makesSymbol } from './route.ts'
import type { Settings } from './settings.ts'
import { runFromPlain, runToPlain, type SymbolRun, startRun } from './symbol-run.ts'

export interface PipelineOptions {
  readonly settings: Settings
  /** Symbols that have engines from the first entry on; others get them with their first data. */
  readonly symbols: readonly string[]
  readonly listener: PipelineListener
  /** Make both documents of the heatmap at each minute close: files and the API show them. */
  readonly documents?: boolean
  /** `false`: markets alone, for whoever asks nothing of the engines behind them. */
  readonly engines?: boolean
  /** Text of the weights file that the engines of a symbol start from. */
  readonly weights?: ReadonlyMap<string, string>
}

/** Where a stream's entries go. */
interface Route {
  readonly kind: Kind
  readonly stream: StreamKey
  run: SymbolRun | undefined
}

export class Pipeline {
  readonly settings: Settings
  readonly decoder = new Decoder()
  readonly #listener: PipelineListener
  readonly #handler: EntryHandler
  readonly #runOptions: RunOptions
  readonly #runs = new Map<string, SymbolRun>()
  #routes = new Map<string, Route>()
  readonly #cause: { -readonly [K in keyof Cause]: Cause[K] } = {
    seq: 0,
    ordinal: 0,
    recvTimeUs: 0,
  }
  #firstSymbols: readonly string[]
  #nextSeq = 0
  #venueEntryCount = 0
  #faultCount = 0

  constructor(options: PipelineOptions) {
    this.settings = options.settings
    this.#listener = options.listener
    this.#firstSymbols = options.symbols
    this.#handler = new EntryHandler(this.settings, this.decoder, options.listener)
    this.#runOptions = {
      settings: options.settings,
      emitOf: this.#emitOf(),
      documents: options.documents === true,
      engines: options.engines !== false,
      weights: options.weights ?? new Map(),
    }
  }

  /** One run per symbol, in the order in which they came to be. */
  get runs(): ReadonlyMap<string, SymbolRun> {
    return this.#runs
  }

  /** The first sequence that has not been handled. */
  get nextSeq(): number {
    return this.#nextSeq
  }

  get coinMarginedCount(): number {
    return this.#handler.coinMarginedCount
  }

  get faultCount(): number {
    return this.#faultCount
  }

  /** Handles the entries of `block` from index `from` up to `to`. */
  consume(block: Block | DecodedBlock, from = 0, to = block.count): void {
    const routes = block.streams.map((stream) => this.#routeOf(stream))
    const firstTimeUs = block.recvTimesUs[from] ?? 0
    if (this.#firstSymbols.length > 0 && from < to) this.#startFirst(firstTimeUs)
    if (isDecoded(block)) this.#consumeDecoded(block, routes, from, to)
    else this.#consumeBytes(block, routes, from, to)
    this.#nextSeq = block.firstSeq + to
  }

  #consumeBytes(block: Block, routes: readonly Route[], from: number, to: number): void {
    const { streamIndexes, recvTimesUs, offsets, bytes, firstSeq } = block
    for (let index = from; index < to; index += 1) {
      const route = routes[streamIndexes[index] ?? 0]
      if (route === undefined) continue
      this.#begin(firstSeq + index, recvTimesUs[index] ?? 0)
      this.#consumeEntry(route, bytes, offsets[index] ?? 0, offsets[index + 1] ?? 0)
    }
  }

  /** The same with messages that were decoded before, where there are some. */
  #consumeDecoded(block: DecodedBlock, routes: readonly Route[], from: number, to: number): void {
    const { streamIndexes, recvTimesUs, offsets, bytes, rows, firstSeq } = block
    for (let index = from; index < to; index += 1) {
      const route = routes[streamIndexes[index] ?? 0]
      if (route === undefined) continue
      this.#begin(firstSeq + index, recvTimesUs[index] ?? 0)
      if (block.select(index)) {
        this.#handler.messages = block.messages
        this.#consumeEntry(route, bytes, 0, 0)
      } else {
        this.#handler.messages = this.decoder
        const place = -1 - (rows[index] ?? 0)
        this.#consumeEntry(route, bytes, offsets[place] ?? 0, offsets[place + 1] ?? 0)
      }
    }
    this.#handler.messages = this.decoder
  }

  #begin(seq: number, recvTimeUs: number): void {
    const cause = this.#cause
    cause.seq = seq
    cause.ordinal = this.#venueEntryCount
    cause.recvTimeUs = recvTimeUs
  }

  /** State that another pipeline goes on from, with the same settings. */
  toPlain(): Plain {
    return {
      nextSeq: this.#nextSeq,
      venueEntryCount: this.#venueEntryCount,
      faultCount: this.#faultCount,
      clockOffsetMs: this.#handler.clockOffsetMs,
      coinMarginedCount: this.#handler.coinMarginedCount,
      runs: [...this.#runs.values()].map(runToPlain),
    }
  }

  /** Takes over what {@link toPlain} gave. Only before the first entry. */
  restore(plain: Plain): void {
    const saved = plain as {
      nextSeq: number
      venueEntryCount: number
      faultCount: number
      clockOffsetMs: number
      coinMarginedCount: number
      runs: readonly Plain[]
    }
    this.#nextSeq = saved.nextSeq
    this.#venueEntryCount = saved.venueEntryCount
    this.#faultCount = saved.faultCount
    this.#handler.clockOffsetMs = saved.clockOffsetMs
    this.#handler.coinMarginedCount = saved.coinMarginedCount
    this.#firstSymbols = []
    for (const runPlain of saved.runs) {
      const run = runFromPlain(runPlain, this.#runOptions)
      this.#runs.set(run.symbol, run)
    }
    this.#routes = new Map()
  }

  /** Records name the entry that is being handled. */
  #emitOf(): RunOptions['emitOf'] {
    const listener = this.#listener
    if (listener.recordEmitted === undefined) return undefined
    return (symbol) => (log, record) => {
      const run = this.#runs.get(symbol)
      if (run !== undefined) listener.recordEmitted?.(run, log, record, this.#cause)
    }
  }

  #consumeEntry(route: Route, bytes: Uint8Array, start: number, end: number): void {
    if (route.kind === KIND.fact) {
      this.#onFact(route.stream, bytes, start, end)
      return
    }
    if (route.run === undefined && makesSymbol(route.stream)) this.#start(route.stream.symbol)
    if (!this.#handle(route, bytes, start, end)) this.#onFault(route.stream, this.decoder.fault)
    this.#venueEntryCount += 1
  }

  #handle(route: Route, bytes: Uint8Array, start: number, end: number): boolean {
    const matchesAll = this.settings.pipeline.symbolMatch === 'contains'
    if (route.kind === KIND.forceOrder && matchesAll) {
      return this.#handler.forceOrderForAll(this.#runs.values(), this.#cause, bytes, start, end)
    }
    return this.#handler.handle(route.kind, route.run, this.#cause, bytes, start, end)
  }

  #onFault(stream: StreamKey, reason: string): void {
    this.#faultCount += 1
    this.#listener.faultFound?.({
      seq: this.#cause.seq,
      channel: stream.channel,
      symbol: stream.symbol,
      reason,
    })
  }

  #onFact(stream: StreamKey, bytes: Uint8Array, start: number, end: number): void {
    const fact = readFact(stream.channel, bytes, start, end)
    if (fact === undefined) {
      this.#onFault(stream, 'a JSON object expected')
      return
    }
    for (const symbol of fact.symbols) this.#start(symbol)
    if (fact.clockOffsetMs !== undefined) this.#handler.clockOffsetMs = fact.clockOffsetMs
    if (fact.gap !== undefined) {
      for (const run of this.#runs.values()) {
        if (fact.gap.symbol !== '' && fact.gap.symbol !== run.symbol) continue
        run.gapsInMinute += 1
        run.gapCount += 1
      }
      this.#listener.gapFound?.(fact.gap, this.#cause)
    }
    this.#listener.factRead?.(stream.channel, fact.text, this.#cause)
  }

  /** The first entry, whatever it is, sets the first clock of `receive` (golden README). */
  #startFirst(recvTimeUs: number): void {
    this.#cause.recvTimeUs = recvTimeUs
    for (const symbol of this.#firstSymbols) this.#start(symbol)
    this.#firstSymbols = []
  }

  #start(symbol: string): void {
    if (this.#runs.has(symbol)) return
    const byReceipt = this.settings.pipeline.clock === 'receive'
    const firstClockMs = byReceipt ? this.#cause.recvTimeUs / 1000 : Number.NaN
    const run = startRun(symbol, this.#runOptions, firstClockMs)
    this.#runs.set(symbol, run)
    for (const route of this.#routes.values()) {
      if (route.stream.symbol === symbol) route.run = run
    }
  }

  #routeOf(stream: StreamKey): Route {
    const name = `${stream.venue}/${stream.symbol}/${stream.channel}`
    let route = this.#routes.get(name)
    if (route === undefined) {
      route = { kind: kindOf(stream), stream, run: this.#runs.get(stream.symbol) }
      this.#routes.set(name, route)
    }
    return route
  }
}
