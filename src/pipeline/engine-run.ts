/** The engines behind the market of a symbol, from the moment on when the height of their buckets is known. */
import type { Plain } from '../base/canonical.ts'
import { depthBand } from '../engines/depth-band.ts'
import { positionSide } from '../engines/liquidation/liquidation-engines.ts'
import { minuteInputOf } from '../engines/liquidation/minute-input.ts'
import type { Market } from '../engines/market.ts'
import type { MinuteClose } from '../engines/minute-close.ts'
import { knownStepUsd, stepUsdFor } from '../engines/price-step.ts'
import {
  closeEngineMinute,
  createSymbolEngines,
  type Documents,
  type EmitRecord,
  type EngineIdentity,
  type EngineOutcome,
  enginesDigest,
  enginesFromPlain,
  enginesToPlain,
  liquidate,
  loadEngineWeights,
  type SymbolEngines,
} from '../engines/symbol/symbol-engines.ts'
import type { ForceOrder } from '../model/messages.ts'
import type { Settings } from './settings.ts'

export interface RunOptions {
  readonly settings: Settings
  /** Takes the records of a symbol's engines; absent, none is made. */
  readonly emitOf?: ((symbol: string) => EmitRecord) | undefined
  /** Make both documents at each minute close: files and the API show them. */
  readonly documents: boolean
  /** Without, markets are alone: no liquidation and no minute is given to anything. */
  readonly engines: boolean
  /** Text of a weights file, by symbol. */
  readonly weights: ReadonlyMap<string, string>
}

export class EngineRun {
  readonly byReceipt: boolean
  readonly #symbol: string
  readonly #baseAsset: string
  readonly #options: RunOptions
  readonly #emit: EmitRecord | undefined
  #engines: SymbolEngines | undefined
  #stepUsd: number
  #documents: Documents | undefined
  #weights: EngineOutcome['weights']
  /** Why a weights file was not taken over, if it was not. */
  weightsRefusal: string | undefined

  constructor(symbol: string, baseAsset: string, options: RunOptions) {
    const { settings, emitOf } = options
    this.#symbol = symbol
    this.#baseAsset = baseAsset
    this.#options = options
    this.#emit = emitOf?.(symbol)
    this.byReceipt = settings.pipeline.clock === 'receive'
    this.#stepUsd = settings.heatmap.stepUsd > 0 ? settings.heatmap.stepUsd : knownStepUsd(symbol)
    this.#startAt(0)
  }

  /** Nothing before the first price of a symbol whose step that price has to say. */
  get engines(): SymbolEngines | undefined {
    return this.#engines
  }

  /** As the last minute close made them. */
  get documents(): Documents | undefined {
    return this.#documents
  }

  /** The weights file as last saved. */
  get savedWeights(): EngineOutcome['weights'] {
    return this.#weights
  }

  liquidate(market: Market, order: ForceOrder, timeS: number): void {
    const { metrics, mark } = market
    const engines = this.#startAt(metrics.midUsd || mark.markUsd)
    if (engines === undefined) return
    const { bestBidUsd, bestAskUsd } = metrics
    liquidate(engines, {
      timeS,
      side: positionSide(order.side),
      priceUsd: order.price,
      sizeBase: order.sizeBase,
      markUsd: mark.markUsd,
      midUsd: bestBidUsd > 0 && bestAskUsd > 0 ? (bestBidUsd + bestAskUsd) / 2 : 0,
      lastUsd: metrics.midUsd,
      origin: { rawSymbol: order.symbol, rawSide: order.side },
    })
  }

  /** Nothing for a minute without a price. */
  closeMinute(market: Market, close: MinuteClose, timeS: number): EngineOutcome | undefined {
    if (!close.live) return undefined
    const engines = this.#startAt(close.bar.closeUsd)
    if (engines === undefined) return undefined
    const { levels } = market.book
    const outcome = closeEngineMinute(engines, {
      close,
      input: minuteInputOf(close, market.takers, timeS),
      depthBand:
        engines.model === 'reference'
          ? depthBand(levels, close.ohlc4Usd, this.#stepUsd)
          : undefined,
      documents: this.#options.documents,
    })
    this.#documents = outcome.documents
    this.#weights = outcome.weights ?? this.#weights
    return outcome
  }

  toPlain(): Plain {
    return {
      stepUsd: this.#stepUsd,
      engines: this.#engines === undefined ? undefined : enginesToPlain(this.#engines),
      documents: this.#documents as Plain,
      weights: this.#weights as unknown as Plain,
    }
  }

  toDigest(): Plain {
    return this.#engines === undefined ? undefined : enginesDigest(this.#engines)
  }

  /** Goes on where {@link toPlain} was taken. */
  restore(plain: Plain): void {
    const saved = plain as unknown as {
      readonly stepUsd: number
      readonly engines: Plain
      readonly documents: Documents | undefined
      readonly weights: EngineOutcome['weights']
    }
    this.#stepUsd = saved.stepUsd
    this.#documents = saved.documents
    this.#weights = saved.weights
    if (saved.engines === undefined) return
    const { settings } = this.#options
    this.#engines = enginesFromPlain(saved.engines, this.#identity(), settings, this.#emit)
  }

  /** `priceUsd`: 0 when there is none yet. */
  #startAt(priceUsd: number): SymbolEngines | undefined {
    if (this.#engines !== undefined) return this.#engines
    if (!this.#options.engines) return undefined
    if (this.#stepUsd === 0 && priceUsd > 0) this.#stepUsd = stepUsdFor(priceUsd)
    if (this.#stepUsd === 0) return undefined
    const { settings, weights } = this.#options
    const engines = createSymbolEngines(this.#identity(), settings, this.#emit)
    const text = weights.get(this.#symbol)
    if (text !== undefined) this.weightsRefusal = loadEngineWeights(engines, text)
    this.#engines = engines
    return engines
  }

  #identity(): EngineIdentity {
    return { symbol: this.#symbol, baseAsset: this.#baseAsset, stepUsd: this.#stepUsd }
  }
}
