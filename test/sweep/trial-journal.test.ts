// Goal: what a sweep has done is believed only line by line. Method: a journal on disk, its end torn
// off at every byte, and every byte of a line altered.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readTrials, TrialJournal } from '../../src/sweep/trial-journal.ts'
import { temporaryFolder } from '../kit/journals.ts'

const HEAD = { format: 1, plan: 'abc', trialCount: 3 } as const
const LINES = [0, 1, 2].map((trial) => ({ trial, result: { score: trial / 3 } }))

async function written(path: string): Promise<string> {
  const journal = await TrialJournal.create<{ score: number }>(path, HEAD, LINES.slice(0, 1))
  expect(await journal.append(LINES.slice(1))).toEqual(LINES.slice(1))
  await journal.close()
  return await readFile(path, 'utf8')
}

describe('a trial journal', () => {
  test('gives back what was written, numbers to the last bit', async () => {
    await using folder = await temporaryFolder()
    const path = join(folder.path, 'trials.ndjson')
    await written(path)
    expect(await readTrials(path)).toEqual({ head: HEAD, lines: LINES })
  })

  test('that is torn anywhere keeps the lines before the tear', async () => {
    await using folder = await temporaryFolder()
    const path = join(folder.path, 'trials.ndjson')
    const text = await written(path)
    for (let length = 0; length < text.length; length += 1) {
      await writeFile(path, text.slice(0, length))
      const saved = await readTrials(path)
      const wholeCount = text.slice(0, length + 1).split('\n').length - 1
      expect(saved?.lines ?? []).toEqual(LINES.slice(0, Math.max(0, wholeCount - 1)))
    }
  })

  test('leaves out a line with any altered byte, and keeps the others', async () => {
    await using folder = await temporaryFolder()
    const path = join(folder.path, 'trials.ndjson')
    const text = await written(path)
    const start = text.indexOf('\n', text.indexOf('\n') + 1) + 1
    const end = text.indexOf('\n', start)
    for (let at = start; at < end; at += 1) {
      const other = text[at] === '1' ? '2' : '1'
      await writeFile(path, `${text.slice(0, at)}${other}${text.slice(at + 1)}`)
      expect((await readTrials(path))?.lines).toEqual([LINES[0], LINES[2]])
    }
  })

  test('that cannot be written is an error that names it', async () => {
    await using folder = await temporaryFolder()
    const path = join(folder.path, 'file')
    await writeFile(path, '')
    await expect(TrialJournal.create(join(path, 'trials.ndjson'), HEAD, [])).rejects.toMatchObject({
      code: 'JOURNAL_WRITE_FAILED',
    })
  })

  test('that is not there is no journal', async () => {
    await using folder = await temporaryFolder()
    expect(await readTrials(join(folder.path, 'none'))).toBeUndefined()
  })
})
