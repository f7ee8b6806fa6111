/** Replay from the raw journal against `JSON.parse` of the same payloads, both in this process. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Profile } from '../../src/base/setting.ts'
import { venueTimeOf } from '../../src/decode/venue-time.ts'
import { LevelJournal } from '../../src/journal/level-journal.ts'
import type { EntryDraft } from '../../src/model/block.ts'
import { resolveSettings } from '../../src/pipeline/settings.ts'
import { openRecording } from '../../src/replay/recording.ts'
import { replay } from '../../src/replay/replay.ts'
import { nowUs, setTimer } from '../../src/runtime/clock.ts'

export interface ReplayRates {
  readonly entryCount: number
  readonly jsonPerSecond: number
  readonly replayPerSecond: number
  /** Replay over `JSON.parse`. */
  readonly ratio: number
  readonly storedFraction: number
  readonly memoryBytes: number
}

const ROUNDS = 3

/** `entries` again and again with later times and ids, until there are `entryCountMin` of them. */
export async function benchReplay(
  entries: readonly EntryDraft[],
  entryCountMin: number,
  profile: Profile,
): Promise<ReplayRates> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-'))
  const path = join(folder, 'recording')
  try {
    const journal = await LevelJournal.create(path, { nowUs, setTimer })
    for (const batch of looped(entries, entryCountMin)) {
      for (const draft of batch) journal.append(draft)
      await journal.flush()
    }
    await journal.close()
    const recording = await openRecording(path)
    const { contents, reader } = recording
    let replayPerSecond = 0
    for (let round = 0; round < ROUNDS; round += 1) {
      const result = await replay(reader, {
        settings: resolveSettings(profile),
        symbols: recording.symbols,
        fromSeq: 0,
        toSeq: reader.nextSeq,
        startSeq: 0,
        nowUs,
      })
      replayPerSecond = Math.max(replayPerSecond, result.entriesPerSecond)
    }
    await reader.close()
    const memoryBytes = process.memoryUsage().rss
    const jsonPerSecond = parseRate(entries)
    return {
      entryCount: contents.entryCount,
      jsonPerSecond,
      replayPerSecond,
      ratio: replayPerSecond / jsonPerSecond,
      storedFraction: contents.storedBytes / contents.sealedPayloadBytes,
      memoryBytes,
    }
  } finally {
    await rm(folder, { recursive: true })
  }
}

function parseRate(entries: readonly EntryDraft[]): number {
  const decoder = new TextDecoder()
  const texts = entries.map(({ payload }) => decoder.decode(payload))
  let best = 0
  for (let round = 0; round < ROUNDS; round += 1) {
    const startUs = nowUs()
    for (const text of texts) JSON.parse(text)
    best = Math.max(best, texts.length / ((nowUs() - startUs) / 1e6))
  }
  return best
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
