/** A simulated recording that is short enough to be swept in a test, and sweeps over it. */
import { join } from 'node:path'
import { simulateMarket } from '../../src/exchange/simulate-market.ts'
import { LevelJournal } from '../../src/journal/level-journal.ts'
import { resolveSettings } from '../../src/pipeline/settings.ts'
import type { Recording } from '../../src/replay/recording.ts'
import { parseAxis } from '../../src/sweep/candidates.ts'
import { type SweepOptions, type SweepOutcome, sweep } from '../../src/sweep/sweep.ts'
import { stillTime } from '../kit/journals.ts'

const MINUTES = 110

export async function simulated(path: string, symbols: readonly string[]): Promise<void> {
  const journal = await LevelJournal.create(path, stillTime)
  const startTimeMs = Date.UTC(2026, 0, 5)
  for (const batch of simulateMarket({ seed: 11, symbols, startTimeMs, minutes: MINUTES })) {
    for (const draft of batch) journal.append(draft)
    await journal.flush()
  }
  await journal.close()
}

/** The map is warm after 15 minutes, and expects enough by then: a test has no four hours. */
export const BASE = { 'calibrator.coldMinutes': 15, 'calibrator.priorBackground': 2 } as const

export const GRID: readonly string[] = [
  'calibrator.priorStrength=5,20,80',
  'calibrator.memoryMinutes=60,1440',
  'inference.halfLifeMinutes=240,720',
]

export interface SweepCall extends Partial<Omit<SweepOptions, 'range' | 'base' | 'space'>> {
  readonly grid?: readonly string[]
  readonly draws?: number
  readonly seed?: number
  readonly set?: Readonly<Record<string, string | number>>
}

export function sweepOf(
  recording: Recording,
  out: string,
  { grid = GRID, draws, seed = 1, set = {}, ...more }: SweepCall = {},
): Promise<SweepOutcome> {
  const overrides = { ...BASE, ...set }
  return sweep(recording, {
    base: { profile: 'standard', overrides, settings: resolveSettings('standard', overrides) },
    space: { axes: grid.map(parseAxis), draws, seed },
    range: { fromSeq: 0, toSeq: recording.reader.nextSeq },
    objective: 'hazard',
    windowCount: 3,
    halving: false,
    workers: 1,
    journalPath: join(out, 'trials.ndjson'),
    resume: false,
    ...more,
  })
}
