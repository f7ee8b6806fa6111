/**
 * Replay from the raw journal against `JSON.parse` of the same payloads: both in one process, which
 * holds the texts of the second only when the first is done and its memory is known.
 */
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Profile } from '../../src/base/setting.ts'
import { venueTimeOf } from '../../src/decode/venue-time.ts'
import { LevelJournal } from '../../src/journal/level-journal.ts'
import type { EntryDraft } from '../../src/model/block.ts'
import { nowUs, setTimer } from '../../src/runtime/clock.ts'
import type { ReplayRates } from './replay-process.ts'

const PROCESS = fileURLToPath(new URL('./replay-process.ts', import.meta.url))
const run = promisify(execFile)

/** `entries` again and again with later times and ids, until there are `entryCountMin` of them. */
export async function benchReplay(
  entries: readonly EntryDraft[],
  entryCountMin: number,
  profiles: readonly Profile[],
): Promise<ReadonlyMap<Profile, ReplayRates>> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-'))
  const path = join(folder, 'recording')
  try {
    const journal = await LevelJournal.create(path, { nowUs, setTimer })
    for (const batch of looped(entries, entryCountMin)) {
      for (const draft of batch) journal.append(draft)
      await journal.flush()
    }
    await journal.close()
    const rates = new Map<Profile, ReplayRates>()
    for (const profile of profiles) {
      const flags = ['--import', 'tsx', PROCESS, path, profile, String(entries.length)]
      const { stdout } = await run(process.execPath, flags)
      rates.set(profile, JSON.parse(stdout) as ReplayRates)
    }
    return rates
  } finally {
    await rm(folder, { recursive: true })
  }
}

const TIMES = /"(E|T|time)":(\d{13})(?=[,}])/g
const IDS = /"(U|u|pu|a|lastUpdateId)":(\d+)/g
const BATCH = 5_000

function* looped(entries: readonly EntryDraft[], entryCountMin: number): Generator<EntryDraft[]> {
  const decoder = new TextDecoder()
  const encoder = new TextEncoder()
  const texts = entries.map(({ payload }) => decoder.decode(payload))
  const spanUs = (entries.at(-1)?.recvTimeUs ?? 0) - (entries[0]?.recvTimeUs ?? 0)
  const passUs = (Math.floor(spanUs / 1e6) + 1) * 1e6
  for (let pass = 0; pass * entries.length < entryCountMin; pass += 1) {
    const laterMs = (pass * passUs) / 1000
    const laterId = pass * 1e9
    for (let from = 0; from < entries.length; from += BATCH) {
      yield entries.slice(from, from + BATCH).map((entry, index) => {
        const text = (texts[from + index] ?? '')
          .replace(TIMES, (_, key, time) => `"${key}":${Number(time) + laterMs}`)
          .replace(IDS, (_, key, id) => `"${key}":${Number(id) + laterId}`)
        const payload = encoder.encode(text)
        return {
          ...entry,
          recvTimeUs: entry.recvTimeUs + pass * passUs,
          venueTimeMs: venueTimeOf(entry.stream.channel, payload),
          payload,
        }
      })
    }
  }
}
