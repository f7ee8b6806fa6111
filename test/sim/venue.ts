/** The venue: all contracts, in steps of virtual time, and the replies to REST requests. */
import { Random } from '../../src/exchange/random.ts'
import type { SimClock } from './clock.ts'
import { forcedPayload, SimContract, type VenueMessage } from './contract.ts'

export interface VenueOptions {
  readonly seed: number
  readonly symbols: readonly string[]
  /** Time between two steps of the market. */
  readonly stepMs: number
  /** From 0 to 1: how much happens in a step. */
  readonly activity: number
  /** Liquidations of a contract in an hour. */
  readonly forcedPerHour: number
}

/** Contracts that nobody captures, and one that is coin-margined: the all-market stream brings both. */
const FOREIGN = [
  ['XRPUSDT', ',"st":1,"ps":"XRPUSDT"'],
  ['BTCDOMUSDT', ''],
  ['BTCUSD_PERP', ',"st":2,"ps":"BTCUSD"'],
] as const

const HOUR_MS = 3_600_000

export class SimVenue {
  readonly contracts: readonly SimContract[]
  /** Where the market is on its way to sleep or awake. */
  activity: number
  /** The venue's clock minus true time. */
  offsetMs = 120
  readonly #options: VenueOptions
  readonly #clock: SimClock
  readonly #random: Random
  readonly #startMs: number
  #nextMarkMs = 0

  /** Takes each message as the venue sends it, to whoever is connected. */
  onMessages: (messages: readonly VenueMessage[]) => void = () => {}

  constructor(options: VenueOptions, clock: SimClock) {
    this.#options = options
    this.#clock = clock
    this.#random = new Random(options.seed, 'venue')
    this.#startMs = clock.wallBaseMs
    this.activity = options.activity
    this.contracts = options.symbols.map(
      (symbol, index) =>
        new SimContract(symbol, 600_000 / (index + 1), new Random(options.seed, symbol)),
    )
  }

  /** The venue's clock, which nothing makes step. */
  get timeMs(): number {
    return this.#startMs + this.offsetMs + Math.round(this.#clock.timeMs)
  }

  start(): void {
    this.#clock.schedule(this.#options.stepMs, () => {
      this.#step()
      this.start()
    })
  }

  contractOf(symbol: string): SimContract | undefined {
    return this.contracts.find((contract) => contract.symbol === symbol)
  }

  /** The body of a usual reply; empty for a path that is none of the venue's. */
  bodyOf(path: string, symbol: string): string {
    const time = this.timeMs
    const contract = this.contractOf(symbol)
    if (path.endsWith('/time')) return `{"serverTime":${time}}`
    if (path.endsWith('/depth')) return contract?.snapshot(time) ?? ''
    if (path.endsWith('/openInterest')) return contract?.openInterest(time) ?? ''
    if (path.endsWith('/exchangeInfo')) return this.#exchangeInfo(time)
    return path.includes('/futures/data/')
      ? `[{"symbol":"${symbol}","longShortRatio":"1.5000","longAccount":"0.6000","shortAccount":"0.4000","timestamp":${time - (time % 300_000)}}]`
      : ''
  }

  #exchangeInfo(time: number): string {
    const symbols = this.contracts.map(
      ({ symbol }) =>
        `{"symbol":"${symbol}","pair":"${symbol}","contractType":"PERPETUAL","status":"TRADING","pricePrecision":2,"quantityPrecision":3,"filters":[{"filterType":"PRICE_FILTER","tickSize":"0.10"},{"filterType":"LOT_SIZE","stepSize":"0.001"}]}`,
    )
    return `{"timezone":"UTC","serverTime":${time},"rateLimits":[{"rateLimitType":"REQUEST_WEIGHT","interval":"MINUTE","intervalNum":1,"limit":2400}],"symbols":[${symbols.join(',')}]}`
  }

  #step(): void {
    const { stepMs, forcedPerHour } = this.#options
    const time = this.timeMs
    const messages: VenueMessage[] = []
    const forcedChance = (forcedPerHour * stepMs * this.activity) / HOUR_MS
    for (const [index, contract] of this.contracts.entries()) {
      messages.push(...contract.step(time, this.activity))
      if (this.#random.chance(forcedChance)) messages.push(...contract.force(time + index))
    }
    if (this.#random.chance(forcedChance * FOREIGN.length)) {
      const [symbol, more] = FOREIGN[this.#random.below(FOREIGN.length)] ?? FOREIGN[0]
      const timeMs = time + this.contracts.length
      const payload = forcedPayload(symbol, 5_000, timeMs, more)
      messages.push({ stream: '!forceOrder@arr', id: timeMs, payload })
    }
    if (time >= this.#nextMarkMs) {
      this.#nextMarkMs = time - (time % 1000) + 1000
      for (const contract of this.contracts) messages.push(contract.mark(time))
    }
    if (messages.length > 0) this.onMessages(messages)
  }
}
