/** Builders for the worked examples of `calibrator.md` §18. */
import { defaultsOf } from '../../../src/base/setting.ts'
import {
  CALIBRATOR_SETTINGS,
  type CalibratorSettings,
} from '../../../src/engines/calibration/calibrator-settings.ts'
import {
  type Calibrator,
  createCalibrator,
  type LogRecord,
  type PositionSide,
} from '../../../src/engines/calibration/calibrator-state.ts'
import { onLiquidation } from '../../../src/engines/calibration/liquidation-step.ts'
import { type MinuteInput, onMinuteSnapshot } from '../../../src/engines/calibration/minute-step.ts'
import type { Liquidation } from '../../../src/engines/calibration/placed-event.ts'
import type { CalibrationResult } from '../../../src/engines/calibration/window-calibration.ts'

/** T0 of the chapter. Unit: s. */
export const T0 = 1759999980
export const LADDER = [10, 20, 25, 50, 75, 100, 125]
export const W7 = [0, 0.18, 0.27, 0.3, 0.15, 0.08, 0.02]
export const UNIFORM = LADDER.map(() => 1 / 7)

export const zones = (values: Readonly<Record<string, number>>): ReadonlyMap<number, number> =>
  new Map(Object.entries(values).map(([price, value]) => [Number(price), value]))

export interface Example {
  readonly state: Calibrator
  readonly records: LogRecord[]
  readonly minute: (timeS: number, fields?: Partial<MinuteInput>) => CalibrationResult | undefined
  readonly liquidate: (
    timeS: number,
    side: PositionSide,
    priceUsd: number,
    sizeBase: number,
    fields?: Partial<Liquidation>,
  ) => void
  readonly ofType: (type: string) => readonly LogRecord[]
  readonly last: (type: string) => LogRecord | undefined
}

export const settingsOf = (
  profile: 'reference' | 'standard',
  overrides: Partial<CalibratorSettings> = {},
): CalibratorSettings => ({ ...defaultsOf(CALIBRATOR_SETTINGS, profile), ...overrides })

/** As the reference behaves; `overrides` are those of the example. */
export function example(overrides: Partial<CalibratorSettings> = {}): Example {
  return exampleOf(createCalibrator('BTC', 20, settingsOf('reference', overrides)))
}

export function exampleOf(state: Calibrator): Example {
  const records: LogRecord[] = []
  const emit = (_: string, record: LogRecord) => {
    records.push(record)
  }
  const ofType = (type: string) => records.filter((record) => record['type'] === type)
  return {
    state,
    records,
    minute: (timeS, fields) => onMinuteSnapshot(state, minuteOf(timeS, fields), emit),
    liquidate(timeS, side, priceUsd, sizeBase, fields) {
      const event = { timeS, side, priceUsd, sizeBase, markUsd: 0, midUsd: 0, lastUsd: 0 }
      onLiquidation(state, { ...event, ...fields }, emit)
    },
    ofType,
    last: (type) => ofType(type).at(-1),
  }
}

/** A dull minute at 67 000 without zones. */
export const minuteOf = (timeS: number, fields: Partial<MinuteInput> = {}): MinuteInput => ({
  timeS,
  srcUsd: 67000,
  predictedLongs: new Map(),
  predictedShorts: new Map(),
  ladder: LADDER,
  weights: W7,
  buffer: 0.002,
  stepUsd: 20,
  highUsd: 67060,
  lowUsd: 66940,
  closeUsd: 67000,
  buyBase: 120,
  sellBase: 80,
  oiChange: 0,
  depthBand: new Map(),
  ...fields,
})
