/**
 * Golden test: the calibrator of the reference (`../shared/golden`), driven with the market and the
 * liquidation engines in the order of calls of the golden README, each feeding the other.
 */

import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { differences } from '../compare.ts'
import { caseIsHere, goldenJson, goldenRows, sharedFile } from '../golden-input.ts'
import { runWhole } from './whole-run.ts'

const CASES = [
  { name: 'seed1-90m', golden: 'golden', weights: undefined },
  { name: 'seed1-90m', golden: 'golden-warm', weights: 'initial_weights.json' },
  { name: 'real-jan27', golden: 'golden', weights: undefined },
]

describe.each(CASES)('golden case $name/$golden', ({ name, golden, weights }) => {
  if (!caseIsHere(name)) {
    test.skip(`skipped: ../shared/golden/${name} is not there`)
    return
  }
  const dir = `${name}/${golden}`
  const text =
    weights === undefined
      ? undefined
      : readFileSync(sharedFile(`golden/${name}/${weights}`), 'utf8')
  const run = runWhole(name, text)

  test('minutes say of the calibrator what the reference says', () => {
    const expected = goldenRows(`${dir}/minutes.jsonl.gz`).map((row) => row['calibrator'])
    expect(expected.length).toBeGreaterThan(0)
    expect(differences(expected, run.calibratorRows)).toEqual([])
  })

  test('the log has the records of the reference', () => {
    const expected = goldenRows(`${dir}/ref/liq_calibrator.jsonl.gz`)
    expect(expected.length).toBeGreaterThan(0)
    expect(differences(expected, run.records)).toEqual([])
  })

  test('the weights file is that of the reference', () => {
    const expected = goldenJson(`${dir}/ref/liq_calibrator_weights.json`)
    expect(differences(expected, run.document)).toEqual([])
  })
})
