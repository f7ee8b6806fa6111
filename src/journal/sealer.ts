/** Seals segments one after the other behind the writer, and keeps the manifest. */
import { rm } from 'node:fs/promises'
import { RecorderError } from '../base/errors.ts'
import { BlockThread } from './block-thread.ts'
import type { Codec } from './codec.ts'
import { deletedAfter } from './deleted.ts'
import type { HotSegment } from './hot-segment.ts'
import {
  hotPath,
  type RecordingManifest,
  type RunRecord,
  type SegmentRecord,
  segmentPath,
  writeManifest,
} from './recording-manifest.ts'
import type { OpenHot } from './recovery.ts'
import { SegmentSealing } from './seal.ts'
import type { ReadMeta } from './segment-meta.ts'

export interface SealerOptions {
  readonly recording: string
  readonly manifest: RecordingManifest
  readonly codec: Codec
  /** See {@link Codec}. */
  readonly level: number
  /** A segment is sealed; its hot form will be closed and removed. */
  readonly onSealed: (segment: HotSegment) => void
}

export type UpdateRuns = (runs: readonly RunRecord[]) => readonly RunRecord[]

export class Sealer {
  readonly #options: SealerOptions
  readonly #sealings = new Map<OpenHot, SegmentSealing>()
  readonly #thread: BlockThread
  #manifest: RecordingManifest
  #work: Promise<void> = Promise.resolve()
  #pendingCount = 0
  /** What went wrong; nothing is sealed after it, and hot segments stay. */
  failure: RecorderError | undefined

  constructor(options: SealerOptions) {
    this.#options = options
    this.#manifest = options.manifest
    this.#thread = new BlockThread(options.codec)
  }

  /** Does what can be done already of sealing a segment that is still appended to. */
  advance(hot: OpenHot): void {
    this.#work = this.#work.then(async () => {
      // Sealing can wait, and whoever writes cannot.
      await this.#thread.start()
      await this.#attempt(hot.segment, () => this.#sealing(hot).advance())
    })
  }

  /** Segments that wait to be sealed, and the one that is being. */
  get pendingCount(): number {
    return this.#pendingCount
  }

  /**
   * Seals a segment that nobody appends to any more. `digest`: of the recording at its end.
   * `updateRuns`: what else changes in the manifest, before the hot form and its lock are gone.
   */
  add(hot: OpenHot, digest: string, updateRuns: UpdateRuns = (runs) => runs): void {
    this.#pendingCount += 1
    this.#work = this.#work.then(() => this.#seal(hot, digest, updateRuns))
  }

  /** Sealed segments as the manifest names them, in order. */
  get segments(): readonly SegmentRecord[] {
    return this.#manifest.segments
  }

  /** Takes the oldest segment out of the manifest, then deletes it, after what waits. */
  removeOldest(firstSeq: number): Promise<void> {
    const { recording, codec } = this.#options
    const removal = this.#work.then(async () => {
      const [oldest, ...segments] = this.#manifest.segments
      if (oldest?.firstSeq !== firstSeq) return
      const deleted = await deletedAfter(this.#manifest, { recording, codec, segment: oldest })
      // In this order: a segment that no manifest names is swept, one that is named must be there.
      this.#manifest = { ...this.#manifest, segments, deleted }
      await writeManifest(recording, this.#manifest)
      await rm(segmentPath(recording, firstSeq), {
        recursive: true,
        force: true,
      })
    })
    this.#work = removal.catch(() => undefined)
    return removal
  }

  /** Removes a segment without entries. */
  discard(segment: HotSegment): void {
    this.#work = this.#work.then(() => this.#remove(segment))
  }

  /** Resolves when nothing waits. */
  async idle(): Promise<void> {
    await this.#work
  }

  /** Lets go of what is not finished. */
  async release(): Promise<void> {
    await this.#work
    for (const sealing of this.#sealings.values()) await sealing.abandon()
    await this.#thread.close()
  }

  /** Changes the list of runs, after what waits. */
  async updateRuns(update: UpdateRuns): Promise<void> {
    await this.#work
    this.#manifest = { ...this.#manifest, runs: update(this.#manifest.runs) }
    await writeManifest(this.#options.recording, this.#manifest)
  }

  async #seal(hot: OpenHot, digest: string, updateRuns: UpdateRuns): Promise<void> {
    const { recording } = this.#options
    await this.#attempt(hot.segment, async () => {
      const record = recordOf(await this.#sealing(hot).finish(digest))
      this.#sealings.delete(hot)
      const { runs, segments } = this.#manifest
      this.#manifest = {
        ...this.#manifest,
        runs: updateRuns(runs),
        segments: [...segments, record],
      }
      await writeManifest(recording, this.#manifest)
      await this.#remove(hot.segment)
    })
    this.#pendingCount -= 1
  }

  /** Works unless something went wrong before, and keeps what goes wrong. */
  async #attempt(segment: HotSegment, work: () => Promise<void>): Promise<void> {
    if (this.failure !== undefined) return
    try {
      await work()
    } catch (cause) {
      this.failure = asFailure(this.#options.recording, segment, cause)
    }
  }

  #sealing(hot: OpenHot): SegmentSealing {
    let sealing = this.#sealings.get(hot)
    if (sealing === undefined) {
      const { recording, codec, level } = this.#options
      sealing = new SegmentSealing({ recording, ...hot, codec, level, thread: this.#thread })
      this.#sealings.set(hot, sealing)
    }
    return sealing
  }

  async #remove(segment: HotSegment): Promise<void> {
    const { recording, onSealed } = this.#options
    onSealed(segment)
    await segment.store.close()
    await rm(hotPath(recording, segment.firstSeq), {
      recursive: true,
      force: true,
    })
  }
}

function recordOf({ meta, sha256 }: ReadMeta): SegmentRecord {
  return {
    firstSeq: meta.firstSeq,
    endSeq: meta.endSeq,
    recvTimeUsMin: meta.recvTimeUsMin,
    recvTimeUsMax: meta.recvTimeUsMax,
    venueTimeMsMaxRunning: meta.venueTimeMsMaxRunning,
    payloadBytes: meta.payloadBytes,
    storedBytes: meta.files.reduce((sum, { size }) => sum + size, 0),
    sha256,
  }
}

function asFailure(recording: string, segment: HotSegment, cause: unknown): RecorderError {
  if (cause instanceof RecorderError) return cause
  const reason = cause instanceof Error ? cause.message : 'unknown'
  const message = `${recording}: the segment from sequence ${segment.firstSeq} was not sealed: ${reason}`
  return new RecorderError('JOURNAL_WRITE_FAILED', message, { cause })
}
