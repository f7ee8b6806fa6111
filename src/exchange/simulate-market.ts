/**
 * A made-up market as a recorder would have journaled it (`product.md` §4, `simulate`): payloads of
 * every channel in the order in which they arrived, from a seed and nothing else. The same options
 * give the same bytes everywhere: integers, `+ - * /` and `sqrt` only, and no clock.
 */

import { powerOfTen } from '../base/numeric.ts'
import type { EntryDraft } from '../model/block.ts'
import { ArrivalQueue } from './arrival-queue.ts'
import { contractOf, FOREIGN_CONTRACTS } from './contract.ts'
import { MAINTENANCE_FRACTION } from './hidden-positions.ts'
import { MarketMood, STEP_MS, STEPS_PER_MINUTE } from './market-mood.ts'
import { PayloadWriter } from './payload-writer.ts'
import { Random } from './random.ts'
import { SimulatedContract } from './simulated-contract.ts'
import { SimulatedPayloads } from './simulated-payloads.ts'
import { SimulatedRest } from './simulated-rest.ts'

export interface MarketOptions {
  /** Any whole number below 2^53. */
  readonly seed: number
  readonly symbols: readonly string[]
  /** First moment of the recording. Unit: ms since 1970. */
  readonly startTimeMs: number
  readonly minutes: number
}

const STEPS_PER_SECOND = 1_000 / STEP_MS
/** How much is handed over at once: a few blocks of a journal, which commits each batch. */
const STEPS_PER_BATCH = STEPS_PER_MINUTE
/** Intervals of a recorder's polls (`binance-today.md`). Unit: s. */
const POLL_S = { openInterest: 10, ratios: 60, snapshot: 300, serverTime: 600, exchangeInfo: 3_600 }
/** Steps from the first diff, or the first after a gap, to the snapshot that was asked for then. */
const SNAPSHOT_AFTER_STEPS = 3
/** Outages of everything, and how long they last. */
const OUTAGE_EVERY_MINUTES = { low: 60, high: 200 } as const
const OUTAGE_S = { low: 15, high: 75 } as const
const FOREIGN_LIQUIDATIONS_PER_MINUTE = 0.5

/** Batches of entries in order of arrival; payloads stay valid. */
export function* simulateMarket(options: MarketOptions): Generator<readonly EntryDraft[]> {
  const market = new SimulatedMarket(options)
  const stepCount = Math.round(options.minutes * STEPS_PER_MINUTE)
  for (let index = 0; index < stepCount; index += STEPS_PER_BATCH) {
    const batch = market.run(index, Math.min(stepCount, index + STEPS_PER_BATCH))
    if (batch.length > 0) yield batch
  }
  yield market.stop(stepCount)
}

class SimulatedMarket {
  readonly #runId: string
  readonly #startTimeMs: number
  readonly #random: Random
  readonly #mood: MarketMood
  readonly #queue: ArrivalQueue
  readonly #rest: SimulatedRest
  readonly #contracts: readonly SimulatedContract[]
  readonly #foreign: readonly {
    readonly stream: EntryDraft['stream']
    readonly payloads: SimulatedPayloads
  }[]
  /** Step at which each contract's next snapshot is taken because one is needed. */
  readonly #snapshotSteps: number[]
  #outageStep: number

  constructor({ seed, symbols, startTimeMs }: MarketOptions) {
    const writer = new PayloadWriter()
    this.#startTimeMs = startTimeMs
    this.#random = new Random(seed, 'market')
    this.#mood = new MarketMood(new Random(seed, 'mood'))
    this.#queue = new ArrivalQueue(new Random(seed, 'network'), startTimeMs)
    this.#rest = new SimulatedRest(this.#queue, new Random(seed, 'rest'))
    this.#contracts = symbols.map(
      (symbol) => new SimulatedContract(contractOf(symbol), seed, this.#queue, writer),
    )
    this.#foreign = FOREIGN_CONTRACTS.filter(({ symbol }) => !symbols.includes(symbol)).map(
      (contract) => ({
        stream: { venue: 'binance', symbol: contract.symbol, channel: 'forceOrder' },
        payloads: new SimulatedPayloads(contract, writer),
      }),
    )
    this.#snapshotSteps = symbols.map(() => SNAPSHOT_AFTER_STEPS)
    this.#outageStep = this.#nextOutage(0)
    this.#runId = `simulate-${seed}`
    this.#queue.note('start', startTimeMs, {
      runId: this.#runId,
      // That of the program that writes it down would make the bytes depend on it.
      version: 'simulated',
      venue: 'binance',
      symbols,
      urls: [],
    })
  }

  /** What arrives during the steps from `fromStep` to before `toStep`. */
  run(fromStep: number, toStep: number): EntryDraft[] {
    for (let step = fromStep; step < toStep; step += 1) this.#step(step)
    return this.#queue.release(this.#timeOf(toStep))
  }

  /** The last entry; what is still on its way never arrives. */
  stop(stepCount: number): EntryDraft[] {
    const timeMs = this.#timeOf(stepCount)
    this.#queue.note('stop', timeMs, { runId: this.#runId, reason: 'simulated' })
    return this.#queue.release(timeMs)
  }

  #step(step: number): void {
    const endTimeMs = this.#timeOf(step + 1)
    if (step === this.#outageStep) this.#startOutage(step)
    this.#mood.step()
    for (const [index, contract] of this.#contracts.entries()) {
      contract.step(this.#mood, step, endTimeMs)
      if (contract.takeLossEnd()) this.#snapshotSteps[index] = step + SNAPSHOT_AFTER_STEPS
      if (this.#snapshotSteps[index] === step) this.#rest.snapshot(contract, endTimeMs)
    }
    this.#foreignLiquidation(endTimeMs)
    if (step % STEPS_PER_SECOND === 5) this.#poll(Math.floor(step / STEPS_PER_SECOND), endTimeMs)
  }

  #poll(second: number, timeMs: number): void {
    const isDue = (intervalS: number, phaseS: number) => second % intervalS === phaseS
    if (isDue(POLL_S.exchangeInfo, 0)) this.#rest.exchangeInfo(this.#contracts, timeMs)
    if (isDue(POLL_S.serverTime, 0)) this.#rest.serverTime(timeMs)
    for (const [index, contract] of this.#contracts.entries()) {
      if (isDue(POLL_S.openInterest, index % POLL_S.openInterest)) {
        this.#rest.openInterest(contract, timeMs)
      }
      if (isDue(POLL_S.ratios, (index + 1) % POLL_S.ratios)) this.#rest.ratios(contract, timeMs)
      if (second > 0 && isDue(POLL_S.snapshot, index % POLL_S.snapshot)) {
        this.#rest.snapshot(contract, timeMs)
      }
    }
  }

  #foreignLiquidation(timeMs: number): void {
    const random = this.#random
    const rate = (FOREIGN_LIQUIDATIONS_PER_MINUTE * this.#mood.activity) / STEPS_PER_MINUTE
    if (!random.chance(rate)) return
    const place = random.below(this.#foreign.length)
    const foreign = this.#foreign[place]
    const contract = FOREIGN_CONTRACTS.find(({ symbol }) => symbol === foreign?.stream.symbol)
    if (foreign === undefined || contract === undefined) return
    const side = random.chance(0.5) ? 'SELL' : 'BUY'
    const scale = powerOfTen(contract.priceDecimals)
    const price = contract.startPrice * (1 + 0.01 * random.normal())
    const margin = side === 'SELL' ? -MAINTENANCE_FRACTION : MAINTENANCE_FRACTION
    const venueTimeMs = timeMs - random.below(900)
    const payload = foreign.payloads.forceOrder(
      {
        side,
        sizeUnits: 1 + Math.floor(contract.orderSizeUnits * random.heavy(0.05)),
        orderPriceUnits: Math.round(price * (1 + margin) * scale),
        averagePriceUnits: Math.round(price * scale),
        venueTimeMs,
      },
      timeMs,
    )
    this.#queue.send('market', foreign.stream, timeMs, venueTimeMs, payload)
  }

  #startOutage(step: number): void {
    const fromTimeMs = this.#timeOf(step)
    const durationSteps = Math.round(
      this.#random.between(OUTAGE_S.low, OUTAGE_S.high) * STEPS_PER_SECOND,
    )
    const endStep = step + durationSteps
    const toTimeMs = this.#timeOf(endStep)
    this.#queue.silenceUntil(toTimeMs)
    const streams = this.#contracts.flatMap(({ contract }) => {
      const name = contract.symbol.toLowerCase()
      return [
        `${name}@depth@100ms`,
        `${name}@bookTicker`,
        `${name}@aggTrade`,
        `${name}@markPrice@1s`,
      ]
    })
    this.#queue.note('gap', toTimeMs, {
      cause: 'outage',
      symbol: '',
      channel: '',
      fromTimeMs,
      toTimeMs,
      missingCount: 0,
      streams: [...streams, '!forceOrder@arr'],
    })
    this.#snapshotSteps.fill(endStep + SNAPSHOT_AFTER_STEPS)
    this.#outageStep = this.#nextOutage(endStep)
  }

  #nextOutage(fromStep: number): number {
    const minutes = this.#random.between(OUTAGE_EVERY_MINUTES.low, OUTAGE_EVERY_MINUTES.high)
    return fromStep + Math.round(minutes * STEPS_PER_MINUTE)
  }

  #timeOf(step: number): number {
    return this.#startTimeMs + step * STEP_MS
  }
}
