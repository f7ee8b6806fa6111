/** Files and folders that survive a power cut: written beside, flushed, then renamed. */
import { open, rename } from 'node:fs/promises'
import { dirname } from 'node:path'

/** What a file is called until it is whole. A leftover of a crash is overwritten by the next. */
export const PART_SUFFIX = '.part'

/** Replaces `path` by `text`, whole or not at all. */
export async function writeFileDurably(path: string, text: string): Promise<void> {
  const part = `${path}${PART_SUFFIX}`
  const file = await open(part, 'w')
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(part, path)
  await syncPath(dirname(path))
}

/** Makes what happened in a folder, or to a file, outlast a power cut. */
export async function syncPath(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
