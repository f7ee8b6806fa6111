/** Does a replay reproduce the live run? Every digest that the journal holds, against one of ours. */
import type { Profile } from '../base/setting.ts'
import { type Block, type EntryDraft, entryAt } from '../model/block.ts'
import { RECORDER_VENUE } from '../model/channel.ts'
import { type DigestFact, parseFact, type SettingsFact } from '../model/facts.ts'
import { type Overrides, resolveSettings } from '../pipeline/settings.ts'
import { type MinuteDigest, STATE_VERSION } from './digests.ts'
import type { Recording } from './recording.ts'
import { type ReplayOptions, replay } from './replay.ts'

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
  for (const { profile, overrides, facts } of epochs) {
    const comparable = facts.filter(({ version }) => version === STATE_VERSION)
    otherVersions += facts.length - comparable.length
    const last = comparable.reduce((seq, fact) => Math.max(seq, fact.seq), -1)
    if (last < 0) continue
    const { digests } = await replay(recording.reader, {
      ...options,
      settings: resolveSettings(profile, overrides),
      symbols: recording.symbols,
      fromSeq: 0,
      toSeq: last + 1,
      startSeq: 0,
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
    ok: comparedCount > 0 && mismatches.length === 0,
  }
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
  let current: Epoch = { profile: 'standard', overrides: {}, facts: [] }
  for await (const block of reader.blocks()) {
    for (const entry of factsOf(block)) current = takeFact(epochs, current, entry)
  }
  if (!epochs.has(keyOf(current))) epochs.set(keyOf(current), current)
  return [...epochs.values()]
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
