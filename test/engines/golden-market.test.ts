/** Golden test: the market state of the reference, from its own input (`../shared/golden`). */
import { describe, expect, test } from 'vitest'
import { compactRecords } from '../../src/engines/frame-buffer.ts'
import { differences } from './compare.ts'
import { caseIsHere, goldenBytes, goldenJson, goldenRows, inputLines } from './golden-input.ts'
import { runReference } from './reference-run.ts'

/** What later engines add to `minutes.jsonl`. */
const LATER = ['calibrator', 'v2', 'zone_tracker', 'zone_summary']

describe.each(['seed1-90m', 'real-jan27'])('golden case %s', (name) => {
  const isHere = caseIsHere(name)
  if (!isHere) {
    test.skip(`skipped: ../shared/golden/${name} is not there`)
    return
  }
  const run = runReference('BTCUSDT', inputLines(name))

  test('minutes are those of the reference', () => {
    const golden = goldenRows(`${name}/golden/minutes.jsonl.gz`).map((row) =>
      Object.fromEntries(Object.entries(row).filter(([field]) => !LATER.includes(field))),
    )
    expect(golden.length).toBeGreaterThan(0)
    expect(differences(golden, run.minutes)).toEqual([])
  })

  test('frames are those of the reference', () => {
    const golden = goldenRows(`${name}/golden/ob_frames.jsonl.gz`)
    expect(golden.length).toBeGreaterThan(0)
    expect(differences(golden, run.frames)).toEqual([])
  })

  test('the frame file holds the same records after compaction', () => {
    const golden = goldenBytes(`${name}/golden/ref/ob_heatmap_30s.bin.gz`)
    const ours = Buffer.concat(compactRecords(run.records))
    expect(ours.length).toBe(golden.length)
    expect(differences(headers(golden), headers(ours))).toEqual([])
    expect(differences(intensities(golden), intensities(ours))).toEqual([])
  })

  test('the last state of the book is that of the reference', () => {
    const golden = goldenJson(`${name}/golden/ref/ob_recon_stats.json`)
    expect(differences(golden, run.reconStats())).toEqual([])
  })
})

function headers(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const values: number[] = []
  for (let start = 0; start < bytes.length; start += 4096) {
    for (const at of [0, 8, 16, 24, 32, 44, 52, 60, 68]) {
      values.push(view.getFloat64(start + at, true))
    }
    values.push(view.getUint32(start + 40, true))
  }
  return values
}

function intensities(bytes: Uint8Array): string[] {
  const records: string[] = []
  for (let start = 0; start < bytes.length; start += 4096) {
    records.push(Buffer.from(bytes.subarray(start + 76, start + 4096)).toString('base64'))
  }
  return records
}
