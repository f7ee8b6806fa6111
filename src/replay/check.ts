/** Does a replay reproduce the live run? Every digest that the journal holds, against one of ours. */
import type { Profile } from '../base/setting.ts'
import { type Block, type EntryDraft, entryAt } from '../model/block.ts'
import { RECORDER_VENUE } from '../model/channel.ts'
import { type DigestFact, parseFact, type SettingsFact } from '../model/facts.ts'
import { type Overrides, resolveSettings, type Settings } from '../pipeline/settings.ts'
import type { CheckpointStore } from './checkpoint-store.ts'
import { type MinuteDigest, STATE_VERSION } from './digests.ts'
import type { Recording } from './recording.ts'
import { type ReplayOptions, replay } from './replay.ts'
import { writersCheckpoints } from './writers-checkpoints.ts'

/** The first digest that differs, and where to look. */
export interface Mismatch {
  readonly symbol: string
  readonly minute: number
  readonly recorded: string
  /** Absent: the replay closed no such minute. */
  readonly computed: string | undefined
  /** What lies between the last equal digest of the symbol and this one. */
  readonly fromSeq: number
  readonly toSeq: number
}

export interface CheckResult {
  readonly digestsCompared: Readonly<Record<string, number>>
  readonly mismatches: number
  /** The earliest of all symbols. */
  readonly firstMismatch: Mismatch | undefined
  /** Digests of another version of the state: listed, not compared. */
  readonly otherVersions: number
  /** Digests of a state that saw what retention deleted since, and no checkpoint did: not compared. */
  readonly withoutPast: number
  readonly ok: boolean
}

/** Digests that were made with one set of settings. */
interface Epoch {
  readonly profile: Profile
  readonly overrides: Overrides
  readonly facts: DigestFact[]
}

type CheckOptions = Pick<ReplayOptions, 'nowUs' | 'onProgress' | 'signal'>

/** Replays from the start with the settings that the journal says were in force. */
export async function check(recording: Recording, options: CheckOptions): Promise<CheckResult> {
  const epochs = await readEpochs(recording)
  const digestsCompared: Record<string, number> = {}
  const mismatches: Mismatch[] = []
  let otherVersions = 0
  let withoutPast = 0
  for (const { profile, overrides, facts } of epochs) {
    const settings = resolveSettings(profile, overrides)
    const ofVersion = facts.filter(({ version }) => version === STATE_VERSION)
    otherVersions += facts.length - ofVersion.length
    const start = await startOf(recording, settings)
    const comparable = ofVersion.filter(({ seq }) => seq >= start.seq)
    withoutPast += ofVersion.length - comparable.length
    const last = comparable.reduce((seq, fact) => Math.max(seq, fact.seq), -1)
    if (last < 0) continue
    const { digests } = await replay(recording.reader, {
      ...options,
      settings,
      symbols: recording.symbols,
      fromSeq: start.seq,
      toSeq: last + 1,
      startSeq: start.seq,
      checkpoints: start.checkpoints,
      documents: start.checkpoints !== undefined,
    })
    compare(comparable, digests, digestsCompared, mismatches)
  }
  const comparedCount = Object.values(digestsCompared).reduce((sum, count) => sum + count, 0)
  mismatches.sort((a, b) => a.toSeq - b.toSeq)
  return {
    digestsCompared,
    mismatches: mismatches.length,
    firstMismatch: mismatches[0],
    otherVersions,
    withoutPast,
    ok: comparedCount > 0 && mismatches.length === 0,
  }
}

/** Where a replay has the state that live capture had: at the beginning, or at a checkpoint of its own. */
async function startOf(
  recording: Recording,
  settings: Settings,
): Promise<{ readonly seq: number; readonly checkpoints?: CheckpointStore }> {
  const { firstSeq } = recording.reader
  if (firstSeq === 0) return { seq: 0 }
  const checkpoints = writersCheckpoints(recording, settings)
  const oldest = (await checkpoints.seqs()).find((seq) => seq >= firstSeq)
  if (oldest === undefined) return { seq: Number.POSITIVE_INFINITY }
  const checkpoint = await checkpoints.newestAt(oldest)
  // A damaged one is passed over, for one that lies before what is left.
  return checkpoint?.nextSeq === oldest
    ? { seq: oldest, checkpoints }
    : { seq: Number.POSITIVE_INFINITY }
}

function compare(
  facts: readonly DigestFact[],
  digests: readonly MinuteDigest[],
  counts: Record<string, number>,
  mismatches: Mismatch[],
): void {
  const ours = new Map(digests.map((digest) => [`${digest.symbol}/${digest.minute}`, digest]))
  const equalUntil = new Map<string, number>()
  for (const { symbol, minute, digest, seq } of facts) {
    const computed = ours.get(`${symbol}/${minute}`)?.digest
    counts[symbol] = (counts[symbol] ?? 0) + 1
    if (computed === digest) {
      equalUntil.set(symbol, seq)
    } else {
      const fromSeq = (equalUntil.get(symbol) ?? -1) + 1
      mismatches.push({ symbol, minute, recorded: digest, computed, fromSeq, toSeq: seq + 1 })
    }
  }
}

async function readEpochs({ reader }: Recording): Promise<readonly Epoch[]> {
  const epochs = new Map<string, Epoch>()
  let current = epochBefore(epochs, reader.manifest.deleted?.settings ?? null)
  for await (const block of reader.blocks()) {
    for (const entry of factsOf(block)) current = takeFact(epochs, current, entry)
  }
  if (!epochs.has(keyOf(current))) epochs.set(keyOf(current), current)
  return [...epochs.values()]
}

/** The settings in force at the first entry, of which retention may have deleted the fact. */
function epochBefore(epochs: Map<string, Epoch>, payload: string | null): Epoch {
  const fact =
    payload === null ? undefined : parseFact('settings', new TextEncoder().encode(payload))
  return fact === undefined
    ? { profile: 'standard', overrides: {}, facts: [] }
    : epochOf(epochs, fact)
}

function takeFact(epochs: Map<string, Epoch>, current: Epoch, entry: EntryDraft): Epoch {
  if (entry.stream.channel === 'settings') {
    const fact = parseFact('settings', entry.payload)
    return fact === undefined ? current : epochOf(epochs, fact)
  }
  const fact = parseFact('digest', entry.payload)
  if (fact !== undefined) current.facts.push(fact)
  return current
}

/** Digests and settings among the entries of a block. */
function* factsOf(block: Block): Generator<EntryDraft> {
  const wanted = block.streams.map(
    ({ venue, channel }) =>
      venue === RECORDER_VENUE && (channel === 'digest' || channel === 'settings'),
  )
  if (!wanted.includes(true)) return
  for (let index = 0; index < block.count; index += 1) {
    if (wanted[block.streamIndexes[index] ?? 0] === true) yield entryAt(block, index)
  }
}

function epochOf(epochs: Map<string, Epoch>, fact: SettingsFact): Epoch {
  const profile = fact.profile === 'reference' ? 'reference' : 'standard'
  const fresh: Epoch = { profile, overrides: fact.settings, facts: [] }
  const key = keyOf(fresh)
  const known = epochs.get(key) ?? fresh
  epochs.set(key, known)
  return known
}

const keyOf = ({ profile, overrides }: Epoch): string => JSON.stringify([profile, overrides])
