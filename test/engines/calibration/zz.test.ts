import { test } from 'vitest'
import { hazardScore } from '../../../src/engines/calibration/hazard.ts'
import { goldenRows } from '../golden-input.ts'
import { closedSteps, runStandard, standardModel } from './standard-run.ts'

test('x', () => {
  const steps = closedSteps('real-jan27')
  const g = new Map(
    goldenRows('real-jan27/golden/minutes.jsonl.gz').map((r: any) => [r.minute_key - 1, r]),
  )
  let diff = 0,
    n = 0,
    dh = 0
  for (const s of steps) {
    const r: any = g.get(s.bar.minute)
    if (!r) {
      n++
      continue
    }
    if (
      r.ohlc.high !== s.bar.highUsd ||
      r.ohlc.low !== s.bar.lowUsd ||
      r.ohlc.close !== s.bar.closeUsd
    ) {
      diff++
      if (diff < 4) console.log(s.bar, r.ohlc)
    }
  }
  console.log({ diff, n, steps: steps.length })
  const sc = (x: any, i: any = {}, c: any = {}) => {
    const m = standardModel(i, c)
    runStandard(m, x)
    const h = hazardScore(m.hazard)
    return [h.gain, h.predictedOverObserved, h.events]
  }
  console.log(
    'golden bars',
    sc(
      steps.map((s) => {
        const r: any = g.get(s.bar.minute)
        return r
          ? {
              ...s,
              bar: { ...s.bar, highUsd: r.ohlc.high, lowUsd: r.ohlc.low, closeUsd: r.ohlc.close },
            }
          : s
      }),
    ),
  )
})
