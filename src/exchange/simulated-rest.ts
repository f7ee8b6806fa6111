/** What a recorder's polls bring back from the simulated venue, with the rate headers. */

import { powerOfTen } from '../base/numeric.ts'
import type { HttpFacts } from '../model/block.ts'
import type { RestChannel } from '../model/channel.ts'
import type { ArrivalQueue } from './arrival-queue.ts'
import { exchangeInfoBody, smallestStep } from './exchange-info.ts'
import { encodeText } from './payload-writer.ts'
import type { Random } from './random.ts'
import type { SimulatedContract } from './simulated-contract.ts'

/** Request weights of `binance-today.md`; those that cost nothing are not listed. */
const WEIGHTS: Partial<Record<RestChannel, number>> = {
  depthSnapshot: 20,
  openInterest: 1,
  exchangeInfo: 1,
  serverTime: 1,
}
const RATIO_PERIOD_MS = 300_000

interface Ratio {
  readonly channel: RestChannel
  /** Where the share of longs hovers, and how far it strays within a day. */
  readonly longShare: number
  readonly spread: number
}

const RATIOS: readonly Ratio[] = [
  { channel: 'topLongShortAccountRatio', longShare: 0.57, spread: 0.02 },
  { channel: 'topLongShortPositionRatio', longShare: 0.55, spread: 0.01 },
  { channel: 'globalLongShortAccountRatio', longShare: 0.61, spread: 0.03 },
]

export class SimulatedRest {
  readonly #queue: ArrivalQueue
  readonly #random: Random
  #weightMinute = 0
  #weightUsed = 0

  constructor(queue: ArrivalQueue, random: Random) {
    this.#queue = queue
    this.#random = random
  }

  snapshot(contract: SimulatedContract, timeMs: number): void {
    const { payload, eventTimeMs, venueTimeMs } = contract.snapshot(timeMs)
    this.#reply('depthSnapshot', contract.contract.symbol, payload, eventTimeMs, venueTimeMs)
  }

  openInterest(contract: SimulatedContract, timeMs: number): void {
    const { symbol } = contract.contract
    // The venue computes it now and then, not for each request.
    const venueTimeMs = timeMs - this.#random.below(3_000)
    const amount = contract.openInterestBase.toFixed(3)
    const body = `{"symbol":"${symbol}","openInterest":"${amount}","time":${venueTimeMs}}`
    this.#reply('openInterest', symbol, encodeText(body), timeMs, venueTimeMs)
  }

  /** The three ratios, a moment apart, each labelled with the period that it is about. */
  ratios(contract: SimulatedContract, timeMs: number): void {
    const { symbol } = contract.contract
    const label = Math.floor(timeMs / RATIO_PERIOD_MS) * RATIO_PERIOD_MS - RATIO_PERIOD_MS
    for (const [index, { channel, longShare, spread }] of RATIOS.entries()) {
      const wave = dayWave(label, index)
      const long = (longShare + spread * wave).toFixed(4)
      const short = (1 - Number(long)).toFixed(4)
      const ratio = (Number(long) / Number(short)).toFixed(4)
      const body = `[{"symbol":"${symbol}","longAccount":"${long}","longShortRatio":"${ratio}","shortAccount":"${short}","timestamp":${label}}]`
      this.#reply(channel, symbol, encodeText(body), timeMs + 300 * index, label)
    }
  }

  exchangeInfo(contracts: readonly SimulatedContract[], timeMs: number): void {
    const listed = contracts.map(({ contract }) => ({
      symbol: contract.symbol,
      priceDecimals: contract.priceDecimals,
      sizeDecimals: contract.sizeDecimals,
      tickSize: (contract.tickUnits / powerOfTen(contract.priceDecimals)).toFixed(
        contract.priceDecimals,
      ),
      stepSize: smallestStep(contract.sizeDecimals),
    }))
    const body = exchangeInfoBody(listed, timeMs)
    this.#reply('exchangeInfo', '', encodeText(body), timeMs, timeMs)
  }

  serverTime(timeMs: number): void {
    this.#reply('serverTime', '', encodeText(`{"serverTime":${timeMs}}`), timeMs, timeMs)
  }

  #reply(
    channel: RestChannel,
    symbol: string,
    payload: Uint8Array,
    eventTimeMs: number,
    venueTimeMs: number,
  ): void {
    const stream = { venue: 'binance', symbol, channel }
    const http = this.#http(channel, eventTimeMs)
    this.#queue.reply(stream, eventTimeMs, venueTimeMs, payload, http)
  }

  #http(channel: RestChannel, timeMs: number): HttpFacts {
    const minute = Math.floor(timeMs / 60_000)
    if (minute !== this.#weightMinute) this.#weightUsed = 0
    this.#weightMinute = minute
    this.#weightUsed += WEIGHTS[channel] ?? 0
    return { status: 200, headers: { 'x-mbx-used-weight-1m': String(this.#weightUsed) } }
  }
}

/** From -1 to 1 and back within a day, in straight lines; each ratio at its own hour. */
function dayWave(timeMs: number, index: number): number {
  const place = (timeMs / 86_400_000 + 0.31 * index) % 1
  return 1 - 4 * Math.abs(place - 0.5)
}
