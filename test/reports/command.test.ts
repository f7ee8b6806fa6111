import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { flagsOf, parseFlags, quoted, shellWords } from '../../src/cli/report-command.ts'
import { sideOf } from '../../src/cli/report-compare.ts'

const subject = {
  recording: 'jan27',
  fromSeq: 0,
  toSeq: 100,
  endSeq: 100,
  profile: 'standard',
  changed: {},
} as const

describe('the command in a head', () => {
  test('leaves out what says nothing', () => {
    expect(flagsOf(subject)).toBe('--recording jan27')
  })

  test('names range, profile and settings', () => {
    const changed = { 'audit.tolerances': '0.001,0.005', 'calibrator.disabledTiers': '10 20' }
    expect(flagsOf({ ...subject, fromSeq: 5, toSeq: 50, profile: 'reference', changed })).toBe(
      "--recording jan27 --profile reference --from seq:5 --to seq:50 --set audit.tolerances=0.001,0.005 --set 'calibrator.disabledTiers=10 20'",
    )
  })

  // Goal: a report can be made again from its head, whatever its settings hold.
  test('is read back as it was written', () => {
    const words = fc.array(fc.string({ minLength: 1, unit: 'grapheme' }), { minLength: 1 })
    fc.assert(
      fc.property(words, (all) => {
        expect(shellWords(all.map(quoted).join(' '))).toEqual(all)
      }),
    )
  })

  test('within a command is quoted once more', () => {
    const inner = "--recording a --set 'tape.x=1 2'"
    expect(shellWords(`report --compare ${quoted(inner)} b`)).toEqual([
      'report',
      '--compare',
      inner,
      'b',
    ])
    expect(parseFlags(shellWords(inner))).toEqual({ recording: 'a', set: ['tape.x=1 2'] })
  })
})

describe('a side of a comparison', () => {
  const base = { recording: 'jan27', set: ['a.b=1'] }

  test('is a profile, a settings file, or flags laid over those outside', () => {
    expect(sideOf('reference', base)).toEqual({ ...base, profile: 'reference' })
    expect(sideOf('best.json', base)).toEqual({ ...base, settings: 'best.json' })
    expect(sideOf('--from -2h --set c.d=2', base)).toEqual({
      recording: 'jan27',
      from: '-2h',
      set: ['a.b=1', 'c.d=2'],
    })
  })

  test.each(['nonsense', '--out x', '--from', '--profile mine', "'open"])(
    'refuses %s and says what it takes',
    (text) => {
      expect(() => sideOf(text, base)).toThrow(/--recording|a quote/)
    },
  )
})
