/**
 * What this host has asked of each venue address, in a small file beside the recordings, so that a
 * restart neither forgets a ban nor begins the minute anew. Several captures may share it.
 */
import { readFile, rename, writeFile } from 'node:fs/promises'
import type { SavedLimits } from './weight-budget.ts'

/** Where limits outlast the process. */
export interface LimitStore {
  /** What an earlier run left; nothing where there is none, or none that can be read. */
  readonly saved: SavedLimits | undefined
  /** Keeps `limits`; resolves with what other captures of this host know beyond it. */
  readonly save: (limits: SavedLimits) => Promise<SavedLimits>
}

type LimitsByAddress = Readonly<Record<string, SavedLimits>>

/** `address`: origin of the REST requests; each has its own limits. */
export async function openLimitFile(path: string, address: string): Promise<LimitStore> {
  const there = await readLimits(path)
  let latest: SavedLimits | undefined
  let writing: Promise<SavedLimits> | undefined
  const write = async (): Promise<SavedLimits> => {
    let merged: SavedLimits | undefined
    while (latest !== undefined) {
      const all = await readLimits(path)
      const mine: SavedLimits = latest
      latest = undefined
      merged = mergeLimits(mine, all[address])
      const part = `${path}.${process.pid}.part`
      await writeFile(part, `${JSON.stringify({ ...all, [address]: merged }, null, 2)}\n`)
      await rename(part, path)
    }
    if (merged === undefined) throw new Error('there was nothing to write')
    return merged
  }
  return {
    saved: there[address],
    save: (limits) => {
      latest = limits
      // While one is being written, the latest of those that follow is enough.
      writing ??= write().finally(() => {
        writing = undefined
      })
      return writing
    },
  }
}

function mergeLimits(mine: SavedLimits, other: SavedLimits | undefined): SavedLimits {
  if (other === undefined) return mine
  const blockedUntilMs = Math.max(mine.blockedUntilMs, other.blockedUntilMs)
  const isSame = mine.weightWindow === other.weightWindow
  const weightUsed = isSame ? Math.max(mine.weightUsed, other.weightUsed) : mine.weightUsed
  return { ...mine, blockedUntilMs, weightUsed }
}

/** A file that is not there, or torn by a stop, says nothing: the venue's own count comes with a reply. */
async function readLimits(path: string): Promise<LimitsByAddress> {
  const text = await readFile(path, 'utf8').catch(() => '{}')
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return {}
  }
  if (typeof value !== 'object' || value === null) return {}
  return Object.fromEntries(Object.entries(value).filter(([, limits]) => isLimits(limits)))
}

function isLimits(value: unknown): value is SavedLimits {
  if (typeof value !== 'object' || value === null) return false
  const fields = value as Readonly<Record<string, unknown>>
  return FIELDS.every((name) => Number.isFinite(fields[name]))
}

const FIELDS: readonly (keyof SavedLimits)[] = [
  'weightWindow',
  'weightUsed',
  'statisticsWindow',
  'statisticsUsed',
  'blockedUntilMs',
  'refusedCount',
]
