// Goal: a tape is kept, found again only for what it was made of, and made again when a byte is off.
// Method: a small recording, and its tape's file altered.
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { simulateMarket } from '../../src/exchange/simulate-market.ts'
import { resolveSettings } from '../../src/pipeline/settings.ts'
import { openRecording, type Recording } from '../../src/replay/recording.ts'
import { prepareTape, TAPE_FOLDER } from '../../src/sweep/tape-store.ts'
import { record, temporaryFolder } from '../kit/journals.ts'

const TIMEOUT_MS = 120_000

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let recording: Recording

beforeAll(async () => {
  folder = await temporaryFolder()
  const path = join(folder.path, 'small')
  const market = { seed: 2, symbols: ['BTCUSDT'], startTimeMs: Date.UTC(2026, 0, 5), minutes: 5 }
  await record(path, [...simulateMarket(market)].flat(), 500)
  recording = await openRecording(path)
}, TIMEOUT_MS)
afterAll(async () => {
  await recording.reader.close()
  await folder[Symbol.asyncDispose]()
})

const source = () => ({ recording, recordingDigest: 'abc', toSeq: recording.reader.nextSeq })
const prepared = async (overrides: Readonly<Record<string, string | number>> = {}) => {
  const tape = await prepareTape(source(), resolveSettings('standard', overrides), {})
  if (tape === undefined) throw new Error('the tape was made')
  return tape
}

describe('a tape', () => {
  test('is made once, and is the same when it is read again', { timeout: TIMEOUT_MS }, async () => {
    const made = await prepared()
    const kept = await prepared()
    expect([made.wasKept, kept.wasKept]).toEqual([false, true])
    expect(kept.tape).toEqual(made.tape)
    expect(made.tape.symbols[0]?.items.length).toBeGreaterThan(3)
  })

  test('serves every setting that changes no input of the engines, and no other', {
    timeout: TIMEOUT_MS,
  }, async () => {
    await prepared()
    expect((await prepared({ 'calibrator.priorStrength': 5 })).wasKept).toBe(true)
    expect((await prepared({ 'pipeline.barPrice': 'mark' })).wasKept).toBe(false)
    expect((await prepared({ 'heatmap.stepUsd': 10 })).wasKept).toBe(false)
  })

  test('is made again when any byte of it is off, or it is cut', {
    timeout: TIMEOUT_MS,
  }, async () => {
    const { tape } = await prepared()
    const at = join(recording.path, TAPE_FOLDER)
    const names = await readdir(at)
    const files = await Promise.all(names.map((name) => readFile(join(at, name))))
    const places = [0, 4, 5, 9, 100]
    for (const place of places) {
      for (const [index, name] of names.entries()) {
        const bytes = Buffer.from(files[index] ?? [])
        bytes[place] = (bytes[place] ?? 0) ^ 1
        await writeFile(join(at, name), bytes)
      }
      const again = await prepared()
      expect(again.wasKept).toBe(false)
      expect(again.tape).toEqual(tape)
    }
    for (const [index, name] of names.entries()) {
      await writeFile(join(at, name), (files[index] ?? Buffer.alloc(0)).subarray(0, 50))
    }
    expect((await prepared()).wasKept).toBe(false)
  })

  test('that cannot be kept is used all the same, with a remark', {
    timeout: TIMEOUT_MS,
  }, async () => {
    const elsewhere = { ...recording, path: join(recording.path, 'manifest.json') }
    const remarks: string[] = []
    const result = await prepareTape(
      { ...source(), recording: elsewhere },
      resolveSettings('standard'),
      { onRemark: (text) => remarks.push(text) },
    )
    expect(result?.tape.symbols).toHaveLength(1)
    expect(remarks).toEqual([expect.stringMatching(/was not kept/)])
  })
})
