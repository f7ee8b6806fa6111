/** Whether a sealed segment is still as it was when something was computed from it. */
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { segmentPath } from './recording-manifest.ts'
import { hashFile } from './seal.ts'
import { readSegmentMeta } from './segment-meta.ts'

/** Files that were written after `sinceMs` are read whole, the others are believed. Unit: ms since 1970. */
export async function isUntouched(
  recording: string,
  firstSeq: number,
  sinceMs: number,
): Promise<boolean> {
  const folder = segmentPath(recording, firstSeq)
  const { meta } = await readSegmentMeta(folder)
  for (const { name, size, sha256 } of meta.files) {
    const path = join(folder, name)
    const found = await stat(path).catch(() => undefined)
    if (found?.size !== size) return false
    if (found.mtimeMs > sinceMs && (await hashFile(path)) !== sha256) return false
  }
  return true
}
