/** A golden case in the engine clock of `product.md` §2, with the standard model behind it. */
import { defaultsOf, type SettingsOf } from '../../../src/base/setting.ts'
import { CALIBRATOR_SETTINGS } from '../../../src/engines/calibration/calibrator-settings.ts'
import type { PositionSide } from '../../../src/engines/calibration/calibrator-state.ts'
import type { RatedMinute } from '../../../src/engines/calibration/hazard.ts'
import { standardMinuteOf } from '../../../src/engines/calibration/standard-feedback.ts'
import {
  closeStandardMinute,
  createStandardModel,
  type StandardModel,
} from '../../../src/engines/calibration/standard-model.ts'
import {
  countLiquidation,
  type StandardMinute,
} from '../../../src/engines/calibration/standard-positions.ts'
import { STANDARD_INFERENCE_SETTINGS } from '../../../src/engines/calibration/standard-settings.ts'
import { createMarket, type Market } from '../../../src/engines/market.ts'
import { closeMinute } from '../../../src/engines/minute-close.ts'
import { type InputLine, inputLines } from '../golden-input.ts'
import { handle, STANDARD } from '../reference-run.ts'
import { orderOf, venueTimeMs } from './payload.ts'

export interface ClosedStep {
  readonly bar: StandardMinute
  readonly liquidations: readonly {
    readonly side: PositionSide
    readonly priceUsd: number
    readonly sizeBase: number
    readonly srcUsd: number
  }[]
}

export const STANDARD_SETTINGS = {
  inference: defaultsOf(STANDARD_INFERENCE_SETTINGS, 'standard'),
  calibrator: defaultsOf(CALIBRATOR_SETTINGS, 'standard'),
}

export const standardModel = (
  inference: Partial<SettingsOf<typeof STANDARD_INFERENCE_SETTINGS>> = {},
  calibrator: Partial<SettingsOf<typeof CALIBRATOR_SETTINGS>> = {},
  stepUsd = 20,
): StandardModel =>
  createStandardModel(
    'BTC',
    { stepUsd, tickUsd: 0.1 },
    {
      inference: { ...STANDARD_SETTINGS.inference, ...inference },
      calibrator: { ...STANDARD_SETTINGS.calibrator, ...calibrator },
    },
  )

/** The closed minutes of a case, read once for all models. */
export function closedSteps(name: string, symbol = 'BTCUSDT'): readonly ClosedStep[] {
  const market = createMarket(symbol, STANDARD)
  const steps: ClosedStep[] = []
  let open: OpenLiquidation[] = []
  let clockMs = Number.NEGATIVE_INFINITY
  let openMinute = Number.NaN
  for (const input of inputLines(name)) {
    if (input.sym !== symbol) continue
    clockMs = Math.max(clockMs, venueTimeMs(input) ?? clockMs)
    const minute = Math.floor(clockMs / 60_000)
    if (minute > openMinute) {
      const close = closeMinute(market, openMinute, minute, clockMs)
      if (close.live) steps.push({ bar: standardMinuteOf(close), liquidations: open })
      open = []
    }
    openMinute = minute
    handle(market, { ...input, recv: clockMs })
    if (input.ch === 'forceOrder') open.push(liquidationOf(input, market))
  }
  return steps
}

type OpenLiquidation = ClosedStep['liquidations'][number]

function liquidationOf({ raw }: InputLine, { metrics }: Market): OpenLiquidation {
  const { side, price, sizeBase } = orderOf(raw)
  return {
    side: side === 'BUY' ? 'short' : 'long',
    priceUsd: price,
    sizeBase,
    srcUsd: metrics.midUsd,
  }
}

export function runStandard(model: StandardModel, steps: readonly ClosedStep[]): RatedMinute[] {
  return steps.map(({ bar, liquidations }) => {
    for (const event of liquidations) countLiquidation(model.positions, event)
    return closeStandardMinute(model, bar)
  })
}
