/** Copies of the hot segments of a recording that no process writes: what a crash left. */
import { rm } from 'node:fs/promises'
import type { Codec } from './codec.ts'
import type { BlockFacts } from './keys.ts'
import { hotPath, hotSegments, type RecordingManifest } from './recording-manifest.ts'
import { SegmentSource } from './segment-source.ts'
import { closeView, fingerprintOf, makeCopyFolder, openHotCopy } from './segment-view.ts'

export class HotCopies {
  readonly #recording: string
  readonly #codec: Codec
  #folder: Promise<string> | undefined
  /** In order. */
  #sources: readonly SegmentSource[] = []
  #fingerprint = ''
  /** Copies that something newer took the place of; an iteration may still read them. */
  readonly #retired: SegmentSource[] = []

  constructor(recording: string, codec: Codec) {
    this.#recording = recording
    this.#codec = codec
  }

  get sources(): readonly SegmentSource[] {
    return this.#sources
  }

  /** Copies what is there and not sealed; false where it went away meanwhile. */
  async refresh(manifest: RecordingManifest): Promise<boolean> {
    try {
      const firstSeqs = await hotSegments(this.#recording, manifest)
      const paths = firstSeqs.map((firstSeq) => hotPath(this.#recording, firstSeq))
      const fingerprint = (await Promise.all(paths.map(fingerprintOf))).join('\n\n')
      if (fingerprint === this.#fingerprint) return true
      this.#retired.push(...this.#sources)
      this.#sources = []
      const sources: SegmentSource[] = []
      for (const [index, firstSeq] of firstSeqs.entries()) {
        sources.push(await this.#copy(paths[index] ?? '', firstSeq, firstSeqs[index + 1]))
      }
      this.#sources = sources
      this.#fingerprint = fingerprint
      return true
    } catch (error) {
      if (isGone(error)) return false
      throw error
    }
  }

  async index(): Promise<readonly BlockFacts[]> {
    const facts: BlockFacts[] = []
    for (const source of this.#sources) facts.push(...(await source.index()))
    return facts
  }

  async close(): Promise<void> {
    for (const { store } of [...this.#retired, ...this.#sources]) await closeView(store)
    this.#retired.length = 0
    this.#sources = []
    const folder = await this.#folder
    this.#folder = undefined
    if (folder !== undefined) await rm(folder, { recursive: true, force: true })
  }

  /** `nextFirstSeq`: where the next segment begins, and so this one should end. */
  async #copy(
    path: string,
    firstSeq: number,
    nextFirstSeq: number | undefined,
  ): Promise<SegmentSource> {
    this.#folder ??= makeCopyFolder()
    const { store } = await openHotCopy(path, await this.#folder)
    const last = await store.lastFacts()
    const endSeq = nextFirstSeq ?? (last === undefined ? firstSeq : last.seq + last.count)
    return new SegmentSource({ firstSeq, endSeq, store, name: path, codec: this.#codec })
  }
}

const isGone = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT'
