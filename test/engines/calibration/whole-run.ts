/** Market, liquidation engines and calibrator together, as the reference drives them. */
import { defaultsOf } from '../../../src/base/setting.ts'
import { calibratorRow } from '../../../src/engines/calibration/calibrator-row.ts'
import {
  CALIBRATOR_SETTINGS,
  type CalibratorSettings,
} from '../../../src/engines/calibration/calibrator-settings.ts'
import {
  type Calibrator,
  createCalibrator,
  type LogRecord,
} from '../../../src/engines/calibration/calibrator-state.ts'
import {
  calibrateOnLiquidation,
  calibrateOnMinute,
  savedLadderWeights,
} from '../../../src/engines/calibration/reference-feedback.ts'
import { loadWeights, type WeightsDocument } from '../../../src/engines/calibration/weights-file.ts'
import { depthBand } from '../../../src/engines/depth-band.ts'
import type { HeatMap } from '../../../src/engines/liquidation/heat-map.ts'
import {
  createLiquidationEngines,
  type LiquidationEngines,
  onForceOrder,
  onMinute,
  positionSide,
} from '../../../src/engines/liquidation/liquidation-engines.ts'
import { minuteInputOf } from '../../../src/engines/liquidation/minute-input.ts'
import { createMarket, type Market } from '../../../src/engines/market.ts'
import { type ClosedBar, closeMinute } from '../../../src/engines/minute-close.ts'
import { type InputLine, inputLines } from '../golden-input.ts'
import { REFERENCE as LIQUIDATION_REFERENCE } from '../liquidation/kit.ts'
import { handle, REFERENCE } from '../reference-run.ts'
import { orderOf } from './payload.ts'

export interface WholeRun {
  readonly calibrator: Calibrator
  readonly calibratorRows: object[]
  readonly records: LogRecord[]
  document: WeightsDocument | undefined
  /** The map after each rollover, and the bar that ended there. */
  readonly maps: { readonly map: HeatMap; readonly bar: ClosedBar }[]
}

const STEP_USD = 20
const ROLLING = new Set(['depth', 'aggTrade', 'forceOrder', 'markPrice'])

export const referenceSettings = (
  overrides: Partial<CalibratorSettings> = {},
): CalibratorSettings => ({ ...defaultsOf(CALIBRATOR_SETTINGS, 'reference'), ...overrides })

export function runWhole(
  name: string,
  weightsText: string | undefined,
  settings = referenceSettings(),
): WholeRun {
  const market = createMarket('BTCUSDT', REFERENCE)
  const liquidation = createLiquidationEngines('BTC', STEP_USD, LIQUIDATION_REFERENCE)
  const calibrator = createCalibrator('BTC', STEP_USD, settings)
  if (weightsText !== undefined) loadWeights(calibrator, weightsText)
  const run: WholeRun = {
    calibrator,
    calibratorRows: [],
    records: [],
    document: undefined,
    maps: [],
  }
  let openMinute = Number.NaN
  for (const input of inputLines(name)) {
    const { recv, sym, ch } = input
    const minute = Math.floor(recv / 60_000)
    if (Number.isNaN(openMinute)) openMinute = minute
    if (sym !== market.symbol && ch !== 'forceOrder') continue
    handle(market, input)
    if (ch === 'forceOrder') takeForceOrder(run, market, liquidation, input)
    if (!ROLLING.has(ch) || minute % 60 === openMinute % 60) continue
    openMinute = minute
    rollOver(run, market, liquidation, minute, recv)
    run.calibratorRows.push(calibratorRow(calibrator))
  }
  return run
}

function takeForceOrder(
  { calibrator, records }: WholeRun,
  market: Market,
  liquidation: LiquidationEngines,
  { raw, recv }: InputLine,
): void {
  const order = orderOf(raw)
  if (!order.symbol.includes('BTC')) return
  const { price: priceUsd, sizeBase } = order
  const event = { timeS: recv / 1000, side: positionSide(order.side), priceUsd, sizeBase }
  calibrateOnLiquidation(calibrator, event, market, (_, record) => records.push(record))
  onForceOrder(liquidation, { ...event, notionalUsd: priceUsd * sizeBase })
}

function rollOver(
  run: WholeRun,
  market: Market,
  liquidation: LiquidationEngines,
  minute: number,
  recv: number,
): void {
  const close = closeMinute(market, minute - 1, minute, recv)
  if (!close.live) return
  const { calibrator, records } = run
  const timeS = recv / 1000
  const result = onMinute(liquidation, minuteInputOf(close, market.takers, timeS), {
    persisted: savedLadderWeights(calibrator),
  })
  run.maps.push({ map: result.map, bar: close.bar })
  const band = depthBand(market.book.levels, close.ohlc4Usd, STEP_USD)
  const calibration = calibrateOnMinute(
    calibrator,
    liquidation,
    { timeS, close, result, depthBand: band },
    (_, record) => records.push(record),
  )
  run.document = calibration?.document ?? run.document
}
