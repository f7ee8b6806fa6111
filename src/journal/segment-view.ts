/**
 * Private views of segments that this process does not write. LevelDB locks what it opens, and
 * writes into it: so a reader opens a folder of its own, in which tables are links by name and the
 * small files are copies. Never hard links: LevelDB truncates the files that it reuses, and with
 * them those of the writer (performance.md §9).
 */
import { constants } from 'node:fs'
import { copyFile, mkdtemp, readdir, realpath, rm, stat, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { RecorderError } from '../base/errors.ts'
import { SEGMENT_FILE } from './segment-meta.ts'
import { SegmentStore } from './segment-store.ts'

/** Files of LevelDB that hold no data. */
export const IDLE_FILES: readonly string[] = ['LOCK', 'LOG', 'LOG.old']
export const isTable = (name: string): boolean => name.endsWith('.ldb')
const COPY_ATTEMPTS = 5

/** Where Linux keeps files in memory: LevelDB flushes its own when it opens, and a busy disk waits. */
const MEMORY_FOLDER = '/dev/shm'

/** A folder for views of sealed segments, outside the recording. They take some kilobytes. */
export async function makeViewFolder(): Promise<string> {
  try {
    return await mkdtemp(join(MEMORY_FOLDER, 'moonreplay-view-'))
  } catch {
    // Another system, or no right to it: any folder will do.
    return await makeCopyFolder()
  }
}

/** A folder for copies of hot segments, which may be large. */
export async function makeCopyFolder(): Promise<string> {
  return await mkdtemp(join(tmpdir(), 'moonreplay-view-'))
}

/** Opens a sealed segment through a view in `viewFolder`. Any number of readers may. */
export async function openSealed(segment: string, viewFolder: string): Promise<SegmentStore> {
  const source = await realpath(segment)
  const view = await mkdtemp(join(viewFolder, 'sealed-'))
  for (const name of await readdir(source)) {
    if (name === SEGMENT_FILE || IDLE_FILES.includes(name)) continue
    if (isTable(name)) await symlink(join(source, name), join(view, name))
    else await copyFile(join(source, name), join(view, name))
  }
  return await SegmentStore.open(view, { create: false })
}

interface HotCopy {
  readonly store: SegmentStore
  /** Changes with any file of the segment. */
  readonly fingerprint: string
}

/**
 * Opens a copy of a hot segment whose writer does not run.
 * @throws {RecorderError} `RECORDING_LOCKED` where it changes while it is copied: its writer runs.
 */
export async function openHotCopy(hot: string, viewFolder: string): Promise<HotCopy> {
  for (let attempt = 0; attempt < COPY_ATTEMPTS; attempt += 1) {
    const view = await mkdtemp(join(viewFolder, 'hot-'))
    const fingerprint = await fingerprintOf(hot)
    for (const name of await dataFiles(hot)) {
      // A clone where the file system knows them: the copy shares its bytes until one changes.
      await copyFile(join(hot, name), join(view, name), constants.COPYFILE_FICLONE)
    }
    if (fingerprint === (await fingerprintOf(hot))) {
      return { store: await SegmentStore.open(view, { create: false }), fingerprint }
    }
    await rm(view, { recursive: true, force: true })
  }
  throw new RecorderError('RECORDING_LOCKED', `${hot} is being written, and nobody serves it`)
}

/** Names, sizes and times of the files of a segment. */
export async function fingerprintOf(segment: string): Promise<string> {
  const lines: string[] = []
  for (const name of await dataFiles(segment)) {
    const { size, mtimeMs } = await stat(join(segment, name))
    lines.push(`${name} ${size} ${mtimeMs}`)
  }
  return lines.join('\n')
}

/** Closes a view and removes it. */
export async function closeView(store: SegmentStore): Promise<void> {
  await store.close()
  await rm(store.path, { recursive: true, force: true })
}

async function dataFiles(segment: string): Promise<readonly string[]> {
  return (await readdir(segment)).filter((name) => !IDLE_FILES.includes(name)).sort()
}
