/** What a sweep costs: the tape once, then each further setting, with one thread and with two. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { simulateMarket } from '../../src/exchange/simulate-market.ts'
import { LevelJournal } from '../../src/journal/level-journal.ts'
import { resolveSettings } from '../../src/pipeline/settings.ts'
import { openRecording, type Recording } from '../../src/replay/recording.ts'
import { nowUs, setTimer } from '../../src/runtime/clock.ts'
import { parseAxis } from '../../src/sweep/candidates.ts'
import { sweep } from '../../src/sweep/sweep.ts'

export interface SweepCost {
  readonly tapeMs: number
  /** Of one setting and one minute of one symbol, scoring and trial journal included. Unit: µs. */
  readonly settingMinuteUs: number
  /** Settings a second with two threads over those with one. */
  readonly scaling: number
  readonly memoryBytes: number
}

/** `minutes`: length of the market, above 270; `settings`: how many are tried. */
export async function benchSweep(minutes: number, settings: number): Promise<SweepCost> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-'))
  try {
    const path = join(folder, 'recording')
    const journal = await LevelJournal.create(path, { nowUs, setTimer })
    const startTimeMs = Date.UTC(2026, 0, 5)
    for (const batch of simulateMarket({ seed: 1, symbols: ['BTCUSDT'], startTimeMs, minutes })) {
      for (const draft of batch) journal.append(draft)
      await journal.flush()
    }
    await journal.close()
    const recording = await openRecording(path)
    const cold = await wallMs(recording, join(folder, 'cold'), 1, 1)
    // Threads have to start and warm up whatever they do: only more settings tell what one costs.
    const few = Math.ceil(settings / 4)
    const cost = async (workers: number) => {
      const little = await wallMs(recording, join(folder, `few-${workers}`), workers, few)
      const all = await wallMs(recording, join(folder, `all-${workers}`), workers, settings)
      return (all - little) / (settings - few)
    }
    const [one, two] = [await cost(1), await cost(2)]
    const warm = await wallMs(recording, join(folder, 'warm'), 1, 1)
    await recording.reader.close()
    return {
      tapeMs: cold - warm,
      settingMinuteUs: (one * 1000) / minutes,
      scaling: one / two,
      memoryBytes: process.memoryUsage().rss,
    }
  } finally {
    await rm(folder, { recursive: true })
  }
}

async function wallMs(
  recording: Recording,
  out: string,
  workers: number,
  draws: number,
): Promise<number> {
  const startUs = nowUs()
  await sweep(recording, {
    base: { profile: 'standard', overrides: {}, settings: resolveSettings('standard') },
    space: {
      axes: ['calibrator.priorStrength=1..100', 'calibrator.memoryMinutes=60..2880'].map(parseAxis),
      draws,
      seed: 1,
    },
    range: { fromSeq: 0, toSeq: recording.reader.nextSeq },
    objective: 'hazard',
    windowCount: 1,
    halving: false,
    workers,
    journalPath: join(out, 'trials.ndjson'),
    resume: false,
  })
  return (nowUs() - startUs) / 1000
}
