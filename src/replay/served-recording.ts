/**
 * A recording that is served: replayed from its start, so that its whole past is known, with
 * checkpoints on the way; then any moment of it, and its tail where a process still writes it.
 */
import { bothOf, type PipelineListener } from '../pipeline/events.ts'
import { Pipeline } from '../pipeline/pipeline.ts'
import type { Settings } from '../pipeline/settings.ts'
import { CheckpointKeeper } from './checkpoint-keeper.ts'
import { CheckpointStore } from './checkpoint-store.ts'
import { Digester, type MinuteDigest } from './digests.ts'
import { PastStates } from './past-states.ts'
import { readAhead } from './read-ahead.ts'
import { type Recording, seqAtTime } from './recording.ts'
import { checkpointKey } from './replay.ts'
import type { StateKeeper } from './state-keeper.ts'
import type { StreamCounts } from './stream-tally.ts'
import { writersCheckpoints } from './writers-checkpoints.ts'

export interface ServedOptions {
  readonly recording: Recording
  readonly settings: Settings
  readonly keeper: StateKeeper
  readonly nowUs: () => number
  readonly onProgress?: ((seq: number) => void) | undefined
  readonly signal: AbortSignal
  /** How much {@link loadRecentPast} loads. Default: the twelve hours that histories show. Unit: ms. */
  readonly recentMs?: number | undefined
  /** Told of all that is replayed, beside the keeper. */
  readonly listener?: PipelineListener | undefined
  readonly onDigest?: ((digest: MinuteDigest) => void) | undefined
}

/** How often the server may answer in between. Unit: ms. */
const TURN_MS = 20
/** What histories show at most. Unit: ms. */
const SHOWN_MS = 12 * 3_600_000

/** The state at the end of what is recorded; nothing when it was interrupted. */
export async function serveRecording(options: ServedOptions): Promise<Pipeline | undefined> {
  const { recording, settings, keeper, nowUs } = options
  const checkpoints = checkpointsOf(options)
  keeper.setProgress('replaying', recording.reader.nextSeq)
  const startUs = nowUs()
  const pipeline = await feed(options, checkpoints, 0)
  if (pipeline === undefined) return undefined
  const seconds = (nowUs() - startUs) / 1e6
  keeper.setRate(seconds > 0 ? pipeline.nextSeq / seconds : 0)
  keeper.attachPast(
    new PastStates({ recording, settings, checkpoints, marks: keeper.marks, keeper }),
  )
  keeper.setReady()
  return pipeline
}

/**
 * The state at the end of what is recorded, for a capture that goes on with it: only the last twelve
 * hours are computed again, which is what histories show. Nothing when it was interrupted.
 */
export async function loadRecentPast(options: ServedOptions): Promise<Pipeline | undefined> {
  const { recording, keeper, recentMs = SHOWN_MS } = options
  const checkpoints = writersCheckpoints(recording, options.settings)
  keeper.setProgress('replaying', recording.reader.nextSeq)
  const { lastVenueTimeMs } = recording.contents
  const shownSeq = Number.isNaN(lastVenueTimeMs)
    ? 0
    : await seqAtTime(recording, lastVenueTimeMs - recentMs)
  const { firstSeq } = recording.reader
  const seqs = (await checkpoints.seqs()).filter((seq) => seq >= firstSeq)
  // Only a checkpoint knows of what was deleted.
  const oldest = firstSeq > 0 ? seqs[0] : undefined
  return await feed(options, checkpoints, seqs.findLast((seq) => seq <= shownSeq) ?? oldest ?? 0)
}

/** A state that begins where something was deleted before is another one than that of the writer. */
const checkpointsOf = ({ recording, settings }: ServedOptions): CheckpointStore =>
  new CheckpointStore(
    recording.path,
    checkpointKey(settings, recording.symbols, recording.reader.firstSeq, true),
  )

/** Feeds the keeper with all from `startSeq` on, where 0 or a checkpoint is. */
async function feed(
  options: ServedOptions,
  checkpoints: CheckpointStore,
  startSeq: number,
): Promise<Pipeline | undefined> {
  const { recording, settings, keeper, nowUs, onProgress, signal, onDigest } = options
  const { reader, symbols } = recording
  const listener =
    options.listener === undefined ? keeper.listener : bothOf(keeper.listener, options.listener)
  const digester = new Digester()
  const pipeline = new Pipeline({
    settings,
    symbols,
    documents: true,
    listener: {
      ...listener,
      minuteClosed: (run, close, cause, outcome) => {
        listener.minuteClosed?.(run, close, cause, outcome)
        const digest = digester.digestOf(run, close.closedMinute, cause)
        keeper.takeDigest(digest)
        onDigest?.(digest)
      },
    },
  })
  const checkpoint = startSeq === 0 ? undefined : await checkpoints.newestAt(startSeq)
  if (checkpoint !== undefined) {
    pipeline.restore(checkpoint.state)
    keeper.startAt(await countsBefore(recording, checkpoint.nextSeq))
  }
  keeper.attach(pipeline)
  const kept = await CheckpointKeeper.open(checkpoints)
  const range = { fromSeq: pipeline.nextSeq, toSeq: reader.nextSeq }
  let turnUs = nowUs()
  for await (const block of readAhead(reader.blocks(range))) {
    const from = Math.max(0, range.fromSeq - block.firstSeq)
    const to = Math.min(block.count, range.toSeq - block.firstSeq)
    pipeline.consume(block, from, to)
    keeper.takeBlock(block, from, to)
    await kept.afterBlock(pipeline, block.bytes.length)
    onProgress?.(pipeline.nextSeq)
    if (signal.aborted) return undefined
    if (nowUs() - turnUs < TURN_MS * 1000) continue
    await new Promise((resolve) => setImmediate(resolve))
    turnUs = nowUs()
  }
  return pipeline
}

/** Entries of each stream before `seq`: those of the recording without those from there on. */
async function countsBefore({ reader, contents }: Recording, seq: number): Promise<StreamCounts> {
  const after = new Map<string, number>()
  for await (const block of reader.blocks({ fromSeq: seq })) {
    for (let index = Math.max(0, seq - block.firstSeq); index < block.count; index += 1) {
      const stream = block.streams[block.streamIndexes[index] ?? 0]
      const name = `${stream?.venue}/${stream?.symbol}/${stream?.channel}`
      after.set(name, (after.get(name) ?? 0) + 1)
    }
  }
  const firstRecvMs = contents.firstRecvTimeUs / 1000
  return {
    seq,
    firstRecvMs,
    lastRecvMs: firstRecvMs,
    streams: contents.streams.map(({ venue, symbol, channel, entryCount }) => ({
      venue,
      symbol,
      channel,
      entryCount: entryCount - (after.get(`${venue}/${symbol}/${channel}`) ?? 0),
    })),
  }
}

/** Goes on with what is still being written, until the writer or `signal` ends it. */
export async function followRecording(
  pipeline: Pipeline,
  { recording: { reader }, keeper, signal }: Pick<ServedOptions, 'recording' | 'keeper' | 'signal'>,
): Promise<void> {
  for await (const block of reader.blocks({ fromSeq: pipeline.nextSeq, follow: true })) {
    if (signal.aborted) return
    const from = Math.max(0, pipeline.nextSeq - block.firstSeq)
    pipeline.consume(block, from)
    keeper.takeBlock(block, from)
  }
}
