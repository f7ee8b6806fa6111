/**
 * Golden test: the debug log of the reference, whose records need the market beside the engines. So
 * this drives both from the raw input, in the order of the golden README.
 */
import { describe, expect, test } from 'vitest'
import type { LiquidationRecord } from '../../../src/engines/liquidation/context.ts'
import {
  createLiquidationEngines,
  type LiquidationEngines,
  onForceOrder,
  onMinute,
  positionSide,
} from '../../../src/engines/liquidation/liquidation-engines.ts'
import { minuteInputOf } from '../../../src/engines/liquidation/minute-input.ts'
import { createMarket, type Market } from '../../../src/engines/market.ts'
import { closeMinute } from '../../../src/engines/minute-close.ts'
import { differences } from '../compare.ts'
import { caseIsHere, goldenRows, inputLines, type Payload } from '../golden-input.ts'
import { handle, REFERENCE as MARKET } from '../reference-run.ts'
import { REFERENCE, recorder } from './kit.ts'

const ROLLING = new Set(['depth', 'aggTrade', 'forceOrder', 'markPrice'])

function debugLog(name: string): readonly LiquidationRecord[] {
  const records = recorder()
  const engines = createLiquidationEngines('BTC', 20, REFERENCE, records.emit)
  const market = createMarket('BTCUSDT', MARKET)
  let openMinute = Number.NaN
  for (const input of inputLines(name)) {
    const { recv, sym, ch, payload } = input
    const minute = Math.floor(recv / 60_000)
    if (Number.isNaN(openMinute)) openMinute = minute
    if (sym !== 'BTCUSDT' && ch !== 'forceOrder') continue
    handle(market, input)
    if (ch === 'forceOrder') takeForceOrder(engines, market, payload, recv / 1000)
    if (!ROLLING.has(ch) || minute === openMinute) continue
    openMinute = minute
    const close = closeMinute(market, minute - 1, minute, recv)
    if (close.live) onMinute(engines, minuteInputOf(close, market.takers, recv / 1000))
  }
  return records.of('liq_debug')
}

function takeForceOrder(
  engines: LiquidationEngines,
  { metrics }: Market,
  payload: Payload,
  timeS: number,
): void {
  const order = payload['o'] as Payload
  const rawSymbol = String(order['s'])
  const rawSide = String(order['S'])
  if (!rawSymbol.includes('BTC')) return
  const priceUsd = Number(order['p'])
  const sizeBase = Number(order['q'])
  const notionalUsd = priceUsd * sizeBase
  const { midUsd } = metrics
  const origin = { rawSymbol, rawSide, markUsd: 0, midUsd, lastUsd: midUsd }
  const side = positionSide(rawSide)
  onForceOrder(engines, { timeS, side, priceUsd, sizeBase, notionalUsd, origin })
}

/** Weights that the calibrator feeds back change these, and no calibrator runs here. */
const OF_PROJECTIONS = new Set(['minute_inference', 'zone_tracker_debug'])

describe.each(['seed1-90m', 'real-jan27'])('golden case %s', (name) => {
  test.skipIf(!caseIsHere(name))(
    'the debug log tells of events and flow what the reference tells',
    () => {
      const others = (row: { readonly [field: string]: unknown }) =>
        !OF_PROJECTIONS.has(String(row['type']))
      const golden = goldenRows(`${name}/golden/ref/liq_debug.jsonl.gz`).filter(others)
      expect(golden.length).toBeGreaterThan(0)
      expect(differences(golden, debugLog(name).filter(others))).toEqual([])
    },
  )
})
