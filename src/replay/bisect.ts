/**
 * Where two recordings part: the first entry that differs, the first minute whose state does, and
 * what in that state. Or where the replay of one recording parts from its live run.
 */
import type { Plain } from '../base/canonical.ts'
import { RecorderError } from '../base/errors.ts'
import { entryAt } from '../model/block.ts'
import { RECORDER_VENUE } from '../model/channel.ts'
import { parseFact } from '../model/facts.ts'
import { Pipeline } from '../pipeline/pipeline.ts'
import { resolveSettings, type Settings } from '../pipeline/settings.ts'
import { runToDigest, runToPlain, type SymbolRun } from '../pipeline/symbol-run.ts'
import {
  type EntryDifference,
  firstDifferentEntry,
  firstDifferentMessage,
} from './bisect-entries.ts'
import { compareStates, frozen, type StateComparison } from './bisect-state.ts'
import { check, type Mismatch } from './check.ts'
import { CheckpointStore } from './checkpoint-store.ts'
import type { MinuteDigest } from './digests.ts'
import type { Recording } from './recording.ts'
import { checkpointKey, replay } from './replay.ts'

export interface BisectOptions {
  readonly nowUs: () => number
  readonly onProgress?: ((seq: number) => void) | undefined
}

/** The first minute whose digests differ, and the states at its close. */
export interface MinuteDifference {
  readonly symbol: string
  /** Counted from 1970. */
  readonly minute: number
  /** The entries that closed it; `null`: it closed no such minute. */
  readonly seqA: number | null
  readonly seqB: number | null
  readonly digestA: string | null
  readonly digestB: string | null
  /** Nothing where only one of them closed the minute. */
  readonly state: StateComparison | null
}

export interface RecordingsDifference {
  /** Over everything: facts of the recorders, times and connections as well. `null`: all are equal. */
  readonly entry: EntryDifference | null
  /** Over what the venue said. */
  readonly message: EntryDifference | null
  readonly minute: MinuteDifference | null
  readonly minutesCompared: number
}

/** A live run against its replay. */
export interface LiveDifference {
  readonly mismatch: Mismatch | null
  readonly digestsCompared: number
  /** The state that live capture wrote down first after it parted, against ours; `null`: there is none. */
  readonly checkpoint: { readonly seq: number; readonly state: StateComparison } | null
}

const DIFFERENCES_SHOWN = 20

/** The settings that the journal says were in force at its end; those of `standard` where it is silent. */
export async function settingsInForce({ reader }: Recording): Promise<Settings> {
  let settings: Settings | undefined
  for await (const block of reader.blocks()) {
    const wanted = block.streams.findIndex(
      ({ venue, channel }) => venue === RECORDER_VENUE && channel === 'settings',
    )
    if (wanted < 0) continue
    const index = block.streamIndexes.lastIndexOf(wanted)
    const fact = index < 0 ? undefined : parseFact('settings', entryAt(block, index).payload)
    if (fact === undefined) continue
    settings = resolveSettings(
      fact.profile === 'reference' ? 'reference' : 'standard',
      fact.settings,
    )
  }
  return settings ?? resolveSettings('standard')
}

export async function bisectRecordings(
  a: Recording,
  b: Recording,
  settings: Settings,
  options: BisectOptions,
): Promise<RecordingsDifference> {
  const entry = await firstDifferentEntry(a.reader, b.reader)
  if (entry === undefined) return { entry: null, message: null, minute: null, minutesCompared: 0 }
  const seq = Math.min(entry.a?.seq ?? Infinity, entry.b?.seq ?? Infinity)
  const message = await firstDifferentMessage(a.reader, b.reader, seq)
  const digestsA = await digestsOf(a, settings, options)
  const digestsB = await digestsOf(b, settings, options)
  const first = firstDifferentMinute(digestsA, digestsB)
  return {
    entry,
    message: message ?? null,
    minute: first === undefined ? null : await withStates(first, a, b, settings, options),
    minutesCompared: Math.min(digestsA.length, digestsB.length),
  }
}

/** @throws {RecorderError} `NOTHING_FOUND` where no digest is in the recording. */
export async function bisectLive(
  recording: Recording,
  options: BisectOptions,
): Promise<LiveDifference> {
  const { firstMismatch, digestsCompared } = await check(recording, options)
  const comparedCount = Object.values(digestsCompared).reduce((sum, count) => sum + count, 0)
  if (comparedCount === 0) {
    const message = `${recording.name} holds no digest of this version to compare a replay with`
    throw new RecorderError('NOTHING_FOUND', message)
  }
  return {
    mismatch: firstMismatch ?? null,
    digestsCompared: comparedCount,
    checkpoint:
      firstMismatch === undefined ? null : await liveState(recording, firstMismatch.toSeq),
  }
}

/** The first state of live capture from `fromSeq` on, against the replay's at the same entry. */
async function liveState(
  recording: Recording,
  fromSeq: number,
): Promise<LiveDifference['checkpoint']> {
  const settings = await settingsInForce(recording)
  const store = new CheckpointStore(
    recording.path,
    checkpointKey(settings, recording.symbols, 0, true),
  )
  const seq = (await store.seqs()).find((at) => at >= fromSeq)
  const checkpoint = seq === undefined ? undefined : await store.newestAt(seq)
  if (seq === undefined || checkpoint === undefined || checkpoint.nextSeq !== seq) return null
  const pipeline = new Pipeline({
    settings,
    symbols: recording.symbols,
    listener: {},
    documents: true,
  })
  for await (const block of recording.reader.blocks({ toSeq: seq })) {
    pipeline.consume(block, 0, Math.min(block.count, seq - block.firstSeq))
  }
  const state = compareStates(checkpoint.state, frozen(pipeline.toPlain()), DIFFERENCES_SHOWN)
  return { seq, state }
}

async function digestsOf(
  recording: Recording,
  settings: Settings,
  options: BisectOptions,
): Promise<readonly MinuteDigest[]> {
  const { reader, symbols } = recording
  const range = { fromSeq: 0, toSeq: reader.nextSeq, startSeq: 0 }
  return (await replay(reader, { ...options, ...range, settings, symbols })).digests
}

type DigestPair = Omit<MinuteDifference, 'state'>

/** By minute, and by symbol where several differ in the same one. */
export function firstDifferentMinute(
  a: readonly MinuteDigest[],
  b: readonly MinuteDigest[],
): DigestPair | undefined {
  const [ofA, ofB] = [byMinute(a), byMinute(b)]
  let first: DigestPair | undefined
  for (const key of new Set([...ofA.keys(), ...ofB.keys()])) {
    const [one, other] = [ofA.get(key), ofB.get(key)]
    const { symbol, minute } = one ?? other ?? { symbol: '', minute: Number.NaN }
    if (one?.digest === other?.digest || (first !== undefined && first.minute <= minute)) continue
    first = {
      symbol,
      minute,
      seqA: one?.seq ?? null,
      seqB: other?.seq ?? null,
      digestA: one?.digest ?? null,
      digestB: other?.digest ?? null,
    }
  }
  return first
}

/** A clock that steps may close a minute twice: each has a place of its own. */
function byMinute(digests: readonly MinuteDigest[]): ReadonlyMap<string, MinuteDigest> {
  const found = new Map<string, MinuteDigest>()
  for (const digest of digests) {
    let key = `${digest.symbol}/${digest.minute}`
    while (found.has(key)) key += '+'
    found.set(key, digest)
  }
  return found
}

async function withStates(
  pair: DigestPair,
  a: Recording,
  b: Recording,
  settings: Settings,
  options: BisectOptions,
): Promise<MinuteDifference> {
  if (pair.seqA === null || pair.seqB === null) return { ...pair, state: null }
  const ofA = await stateAt(a, pair.symbol, pair.seqA, settings, options)
  const ofB = await stateAt(b, pair.symbol, pair.seqB, settings, options)
  const whole = compareStates(ofA.whole, ofB.whole, DIFFERENCES_SHOWN)
  // A digest covers running hashes of what a state has no list of.
  const state =
    whole.differenceCount > 0 ? whole : compareStates(ofA.digested, ofB.digested, DIFFERENCES_SHOWN)
  return { ...pair, state }
}

/** The state of a symbol as the entry `seq` closed its minute, before that entry was handled. */
async function stateAt(
  { reader, symbols }: Recording,
  symbol: string,
  seq: number,
  settings: Settings,
  options: BisectOptions,
): Promise<{ readonly whole: Plain; readonly digested: Plain }> {
  let found: { whole: Plain; digested: Plain } = { whole: undefined, digested: undefined }
  const take = (run: SymbolRun): void => {
    found = { whole: frozen(runToPlain(run)), digested: frozen(runToDigest(run)) }
  }
  await replay(reader, {
    ...options,
    settings,
    symbols,
    fromSeq: 0,
    toSeq: seq + 1,
    startSeq: 0,
    listener: {
      minuteClosed: (run, _, cause) => {
        if (run.symbol === symbol && cause.seq === seq) take(run)
      },
    },
  })
  return found
}
