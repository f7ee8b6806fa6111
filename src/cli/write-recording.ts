/** Makes a recording whole or not at all: it stands under its name when everything is in it. */
import { access, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { RecorderError } from '../base/errors.ts'
import { LevelJournal } from '../journal/level-journal.ts'
import { JOURNAL_OPTIONS } from './journal-options.ts'

/**
 * Fills a new recording at `path` by `fill`, and removes every trace of it when that fails.
 * @throws {RecorderError} `RECORDING_EXISTS`, and whatever `fill` throws.
 */
export async function writeRecording<Result>(
  path: string,
  fill: (journal: LevelJournal) => Promise<Result>,
): Promise<Result> {
  const isThere = await access(path).then(
    () => true,
    () => false,
  )
  if (isThere) throw new RecorderError('RECORDING_EXISTS', `${path} is there already`)
  const draft = join(dirname(path), `.${path.split('/').at(-1)}.part-${process.pid}`)
  await rm(draft, { recursive: true, force: true })
  try {
    const journal = await LevelJournal.create(draft, JOURNAL_OPTIONS)
    let result: Result
    try {
      result = await fill(journal)
    } finally {
      await journal.close()
    }
    await rename(draft, path)
    return result
  } catch (error) {
    await rm(draft, { recursive: true, force: true })
    throw error
  }
}
