/**
 * The disk under a recording: how much is free, and a reserve file beside it. Where the disk is full
 * the reserve is given up, so that what ends the recording finds room.
 */
import { open, rename, rm, stat, statfs } from 'node:fs/promises'
import { dirname, join } from 'node:path'

export interface StoragePort {
  readonly freeBytes: () => Promise<number>
  /** Makes the reserve where it is not there; false where there is no room for it. */
  readonly holdReserve: (bytes: number) => Promise<boolean>
  readonly releaseReserve: () => Promise<void>
}

/** How fast a disk takes what must outlast a power cut. */
export interface WriteSpeed {
  /** Of one write of 1 MB with its flush, the median and the worst. Unit: ms. */
  readonly syncMs: number
  readonly syncMsMax: number
}

const CHUNK_BYTES = 1 << 20
const SPEED_WRITES = 9

/** Writes and flushes a file in `folder` a few times. `monoUs`: a clock that never steps. */
export async function measureWriteSpeed(folder: string, monoUs: () => number): Promise<WriteSpeed> {
  const path = join(folder, `.speed-${monoUs()}`)
  const times: number[] = []
  try {
    const file = await open(path, 'w')
    try {
      for (let write = 0; write < SPEED_WRITES; write += 1) {
        const bytes = noise(CHUNK_BYTES, write)
        const startUs = monoUs()
        await file.write(bytes)
        await file.sync()
        times.push((monoUs() - startUs) / 1000)
      }
    } finally {
      await file.close()
    }
  } finally {
    await rm(path, { force: true })
  }
  times.sort((a, b) => a - b)
  return { syncMs: times[(SPEED_WRITES - 1) / 2] ?? 0, syncMsMax: times.at(-1) ?? 0 }
}

/** `reservePath`: beside the recording, since everything in its folder is part of it. */
export function openStorage(reservePath: string): StoragePort {
  const folder = dirname(reservePath)
  return {
    freeBytes: async () => {
      const { bavail, bsize } = await statfs(folder)
      return bavail * bsize
    },
    holdReserve: (bytes) => holdReserve(reservePath, bytes),
    releaseReserve: () => rm(reservePath, { force: true }),
  }
}

async function holdReserve(path: string, bytes: number): Promise<boolean> {
  if (bytes === 0) return false
  const there = await stat(path).catch(() => undefined)
  if (there?.size === bytes) return true
  const part = `${path}.part`
  try {
    const file = await open(part, 'w')
    try {
      // A file with a hole in it would reserve nothing, nor would one that compresses to nothing.
      for (let written = 0; written < bytes; written += CHUNK_BYTES) {
        await file.write(noise(Math.min(CHUNK_BYTES, bytes - written), written))
      }
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(part, path)
    return true
  } catch (error) {
    await rm(part, { force: true })
    if (isNoSpace(error)) return false
    throw error
  }
}

function noise(length: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(length)
  let state = (seed ^ 0x9e3779b9) | 1
  for (let at = 0; at < length; at += 1) {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    bytes[at] = state
  }
  return bytes
}

const isNoSpace = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT')
