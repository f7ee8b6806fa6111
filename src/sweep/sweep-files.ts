/** What a sweep leaves beside its trial journal, each file whole or not at all, the manifest last. */
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { RecorderError } from '../base/errors.ts'
import type { SweepOutcome } from './sweep.ts'
import { sweepPictures } from './sweep-pictures.ts'
import { type ReportHead, sweepReport } from './sweep-report.ts'

export interface SweepFiles {
  readonly head: ReportHead
  /** What depends on time, place and threads. */
  readonly manifest: Readonly<Record<string, unknown>>
}

/** @throws {RecorderError} `JOURNAL_WRITE_FAILED` */
export async function writeSweep(
  out: string,
  { table, runCount, resumedCount, tapeWasKept }: SweepOutcome,
  { head, manifest }: SweepFiles,
): Promise<void> {
  const pictures = sweepPictures(table)
  const images = join(out, 'img')
  const last = join(out, 'manifest.json')
  try {
    // That of an earlier sweep would vouch for files that are not its own.
    await rm(last, { force: true })
    await rm(images, { recursive: true, force: true })
    await mkdir(images, { recursive: true })
    for (const { file, svg } of pictures) await writeWhole(join(images, file), svg)
    await writeWhole(join(out, 'sweep.json'), jsonText(table))
    await writeWhole(join(out, 'sweep.md'), sweepReport(table, head, pictures))
    const best = join(out, 'best-settings.json')
    if (table.best === null) await rm(best, { force: true })
    else await writeWhole(best, jsonText(table.best.overrides))
    const facts = { recording: table.recording, trialCount: table.trialCount }
    const counts = { runCount, resumedCount, tapeWasKept }
    await writeWhole(last, jsonText({ ...facts, ...counts, ...manifest }))
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : 'unknown'
    throw new RecorderError('JOURNAL_WRITE_FAILED', `${out}: ${reason}`, { cause })
  }
}

const jsonText = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`

async function writeWhole(path: string, text: string): Promise<void> {
  const part = `${path}.part`
  try {
    await using file = await open(part, 'w')
    await file.writeFile(text)
    await file.sync()
  } catch (error) {
    await rm(part, { force: true })
    throw error
  }
  await rename(part, path)
}
