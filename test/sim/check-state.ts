/**
 * The recording is replayed once: its digests are those that live capture journaled, each book is the
 * venue's own at its id, and the minutes that nothing disturbed are what the venue counted.
 */
import { priceOfKey, sizeBaseOf } from '../../src/engines/book-levels.ts'
import { createLevelBuffer } from '../../src/engines/level-buffer.ts'
import type { MinuteClose } from '../../src/engines/minute-close.ts'
import { collectLevels, NO_KEY } from '../../src/engines/price-ladder.ts'
import type { Block } from '../../src/model/block.ts'
import { Pipeline } from '../../src/pipeline/pipeline.ts'
import type { SymbolRun } from '../../src/pipeline/symbol-run.ts'
import { Digester } from '../../src/replay/digests.ts'
import { levelHash, type SimContract } from './contract.ts'
import { factsOf, type Recorded } from './recorded.ts'
import type { Simulation } from './simulation.ts'

const MINUTE_MS = 60_000
/** How near to a minute a fault still counts as in it. */
const NEAR_MS = 4_000

export interface StateProblems {
  readonly state: readonly string[]
  readonly digests: readonly string[]
  /** What was compared, so that a checker that compares nothing is seen. */
  readonly bookCount: number
  readonly minuteCount: number
  readonly digestCount: number
}

export class StateCheck {
  readonly #simulation: Simulation
  readonly #pipeline: Pipeline
  readonly #digester = new Digester()
  readonly #digests = new Map<string, string>()
  readonly #problems: string[] = []
  readonly #buffer = createLevelBuffer(256)
  readonly #checkedIds = new Map<string, number>()
  readonly #closes: { readonly symbol: string; readonly close: MinuteClose }[] = []
  #bookCount = 0

  constructor(simulation: Simulation) {
    this.#simulation = simulation
    this.#pipeline = new Pipeline({
      settings: simulation.settings,
      symbols: [],
      listener: {
        minuteClosed: (run, close, cause) => {
          const { digest, seq } = this.#digester.digestOf(run, close.closedMinute, cause)
          this.#digests.set(`${run.symbol}/${close.closedMinute}/${seq}`, digest)
          this.#closes.push({ symbol: run.symbol, close })
        },
      },
    })
  }

  take(block: Block): void {
    this.#pipeline.consume(block)
    for (const run of this.#pipeline.runs.values()) this.#checkBook(run)
  }

  problems(recorded: Recorded): StateProblems {
    const live = factsOf(recorded, 'digest')
    const wrong = live.filter(
      ({ fact }) => this.#digests.get(`${fact.symbol}/${fact.minute}/${fact.seq}`) !== fact.digest,
    )
    const gaps = factsOf(recorded, 'gap').map(({ fact }) => fact)
    const clean = this.#closes.filter(
      ({ close: { closedMinute } }) =>
        this.#isClean(closedMinute) && !gaps.some((gap) => touches(gap, closedMinute)),
    )
    const minutes = clean.flatMap(({ symbol, close }) => this.#minuteProblem(symbol, close))
    return {
      state: [...this.#problems, ...minutes],
      digests: wrong.map(({ fact }) => `${fact.symbol} minute ${fact.minute}: the digest differs`),
      bookCount: this.#bookCount,
      minuteCount: clean.length,
      digestCount: live.length,
    }
  }

  #checkBook({ symbol, market: { book } }: SymbolRun): void {
    const contract = this.#simulation.venue.contractOf(symbol)
    if (contract === undefined || book.state !== 'synced') return
    const id = book.lastAppliedU
    if (this.#checkedIds.get(symbol) === id) return
    this.#checkedIds.set(symbol, id)
    this.#bookCount += 1
    const { live, grid } = book.levels
    let hash = 0
    for (const side of ['b', 'a'] as const) {
      const ladder = side === 'b' ? live.bids : live.asks
      collectLevels(ladder, NO_KEY, this.#buffer)
      for (let at = 0; at < this.#buffer.count; at += 1) {
        const price = Math.round(priceOfKey(grid, this.#buffer.keys[at] ?? 0) * 10)
        const size = Math.round(sizeBaseOf(grid, this.#buffer.sizes[at] ?? 0) * 1000)
        hash = (hash + levelHash(side, price, size)) | 0
      }
    }
    if (hash !== contract.bookHashes.get(id) && this.#problems.length < 20) {
      this.#problems.push(`${symbol}: the book at id ${id} is not the venue's`)
    }
  }

  #minuteProblem(symbol: string, { closedMinute, volume }: MinuteClose): readonly string[] {
    const contract: SimContract | undefined = this.#simulation.venue.contractOf(symbol)
    const none = { buyUnits: 0, sellUnits: 0, buyCount: 0, sellCount: 0 }
    const truth = contract?.minutes.get(closedMinute) ?? none
    const isRight =
      Math.round(volume.buyBase * 1000) === truth.buyUnits &&
      Math.round(volume.sellBase * 1000) === truth.sellUnits &&
      volume.buyTradeCount === truth.buyCount &&
      volume.sellTradeCount === truth.sellCount
    if (isRight) return []
    return [
      `${symbol} minute ${closedMinute}: ${JSON.stringify(volume)}, the venue counted ${JSON.stringify(truth)}`,
    ]
  }

  /** Whole, and nothing happened in it or near it. */
  #isClean(minute: number): boolean {
    const { clock, venue, network } = this.#simulation
    const startMs = minute * MINUTE_MS - (venue.timeMs - Math.round(clock.timeMs))
    const endMs = startMs + MINUTE_MS
    if (startMs < NEAR_MS) return false
    return !network.incidents.some(
      ({ fromMs, toMs }) => fromMs < endMs + NEAR_MS && toMs > startMs - NEAR_MS,
    )
  }
}

/** A connection that was cut may stay away for long after: what is told of that is no secret. */
const touches = (
  { fromTimeMs, toTimeMs }: { readonly fromTimeMs: number; readonly toTimeMs: number },
  minute: number,
): boolean =>
  fromTimeMs < (minute + 1) * MINUTE_MS + NEAR_MS && toTimeMs > minute * MINUTE_MS - NEAR_MS
