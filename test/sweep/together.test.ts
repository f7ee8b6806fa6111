// Goal: engines that share a ground compute what they would compute alone, whatever setting tells
// them apart, and trials share one only where that is so. Method: a tape of a simulated market; each
// declared setting of the engines is changed by itself and run beside the base, and alone.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CanonicalWriter } from '../../src/base/canonical.ts'
import type { SettingSpec, SettingValue } from '../../src/base/setting.ts'
import { groundKeyOf } from '../../src/engines/symbol/engine-group.ts'
import { enginesDigest } from '../../src/engines/symbol/symbol-engines.ts'
import { flatSettings, resolveSettings, SETTING_ROWS } from '../../src/pipeline/settings.ts'
import { openRecording } from '../../src/replay/recording.ts'
import { requestsOf } from '../../src/sweep/requests.ts'
import { changesTape, recordTape, type SymbolTape, tapeKeyOf } from '../../src/sweep/tape.ts'
import { runTape, type TapeLane } from '../../src/sweep/tape-run.ts'
import { temporaryFolder } from '../kit/journals.ts'
import { BASE, simulated } from './sweep-kit.ts'

const TIMEOUT_MS = 240_000
const writer = new CanonicalWriter()
const base = resolveSettings('standard', BASE)

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let tape: SymbolTape

beforeAll(async () => {
  folder = await temporaryFolder()
  await simulated(folder.path, ['BTCUSDT'])
  const { reader, symbols } = await openRecording(folder.path)
  const made = await recordTape(reader, { settings: base, symbols, toSeq: reader.nextSeq })
  await reader.close()
  const [first] = made?.symbols ?? []
  if (first === undefined) throw new Error('the market has minutes')
  tape = first
}, TIMEOUT_MS)
afterAll(async () => {
  await folder[Symbol.asyncDispose]()
})

/** Another value of a setting that both profiles would take; nothing where there is none. */
function otherValue(value: SettingValue, { choices, min, max, whole }: SettingSpec): unknown {
  if (choices !== undefined) return choices.find((choice) => choice !== value)
  if (typeof value === 'boolean') return !value
  if (typeof value !== 'number') return undefined
  const near = [value * 1.5, value * 0.5, value + 1, value - 1]
  return near.find(
    (one) =>
      one !== value &&
      one >= (min ?? one) &&
      one <= (max ?? one) &&
      (whole !== true || Number.isInteger(one)),
  )
}

/** Each setting of the engines with a value that is not the base's. */
function variants() {
  const flat = flatSettings(base)
  return SETTING_ROWS.flatMap(({ name, spec }) => {
    const value = otherValue(flat[name] ?? '', spec)
    // A model is whole: alone it cannot be set.
    if (value === undefined || changesTape(name) || name === 'calibrator.model') return []
    return [{ name, settings: resolveSettings('standard', { ...BASE, [name]: String(value) }) }]
  }).filter(({ name }) => !name.startsWith('audits.'))
}

/** What each lane saw, and the state that it ended in, when they run together. */
function run(...all: readonly TapeLane['settings'][]): readonly unknown[] {
  const lanes = all.map((settings) => {
    const seen: string[] = []
    const lane: TapeLane = {
      settings,
      minute: ({ seq, rated, outcome: { map, zoneFacts } }) => {
        seen.push(JSON.stringify([seq, rated, map.maxValue, zoneFacts]))
      },
      ended: (engines) =>
        seen.push(Buffer.from(writer.encode(enginesDigest(engines))).toString('hex')),
    }
    return { lane, seen }
  })
  runTape(
    tape,
    lanes.map(({ lane }) => lane),
  )
  return lanes.map(({ seen }) => seen)
}

test('engines on one ground compute what each computes alone', { timeout: TIMEOUT_MS }, () => {
  const together = variants().filter(({ settings }) => groundKeyOf(settings) === groundKeyOf(base))
  expect(together.length).toBeGreaterThan(20)
  const names = together.map(({ name }) => name)
  expect(names).toContain('calibrator.priorStrength')
  expect(names).not.toContain('inference.halfLifeMinutes')
  expect(names).not.toContain('calibrator.distBandMid')
  const [ofBase, ...all] = run(base, ...together.map(({ settings }) => settings))
  expect([ofBase]).toEqual(run(base))
  const different = new Set<string>()
  for (const [place, { name, settings }] of together.entries()) {
    const [alone] = run(settings)
    expect(all[place], name).toEqual(alone)
    if (JSON.stringify(alone) !== JSON.stringify(ofBase)) different.add(name)
  }
  // Or nothing was tried.
  expect(different.size).toBeGreaterThan(3)
})

test('engines that cannot share a ground are refused as a group', () => {
  const other = resolveSettings('standard', { ...BASE, 'inference.halfLifeMinutes': 60 })
  expect(() => run(base, other)).toThrow(/one ground/)
  const reference = resolveSettings('reference')
  expect(() => run(reference, reference)).toThrow(/alone/)
  expect(() => run()).toThrow(/has engines/)
})

describe('requests', () => {
  const jobOf = (trial: number, overrides: Readonly<Record<string, SettingValue>>) => {
    const settings = resolveSettings('standard', overrides)
    const tapeKey = tapeKeyOf(settings)
    return { trial: { trial, overrides, settings, tapeKey, sameAs: null }, windowCount: 1 }
  }
  const alike = (count: number) =>
    Array.from({ length: count }, (_, trial) =>
      jobOf(trial, { 'calibrator.priorStrength': trial + 1 }),
    )
  const tapeKeys = [tapeKeyOf(base)]
  const trialsOf = (...[jobs, workers]: readonly [readonly ReturnType<typeof jobOf>[], number]) =>
    requestsOf(jobs, { tapeKeys, workers }).map(({ trials }) => trials.map(({ trial }) => trial))

  test('put trials of one ground together, up to eight, and leave work for every worker', () => {
    const many = trialsOf(alike(100), 2)
    expect(many.map(({ length }) => length)).toEqual([...Array.from({ length: 12 }, () => 8), 4])
    expect(many.flat()).toEqual(alike(100).map(({ trial }) => trial.trial))
    expect(trialsOf(alike(6), 2).map(({ length }) => length)).toEqual([1, 1, 1, 1, 1, 1])
  })

  test('keep grounds, and engines of the reference, apart', () => {
    const jobs = Array.from({ length: 64 }, (_, trial) =>
      jobOf(trial, { 'inference.halfLifeMinutes': trial % 2 === 0 ? 240 : 720 }),
    )
    for (const trials of trialsOf(jobs, 1)) {
      expect(new Set(trials.map((trial) => trial % 2)).size).toBe(1)
    }
    const reference = { 'inference.model': 'reference', 'calibrator.model': 'reference' }
    const ofReference = Array.from({ length: 16 }, (_, trial) => jobOf(trial, reference))
    expect(trialsOf(ofReference, 1)).toEqual(ofReference.map(({ trial }) => [trial.trial]))
  })
})
