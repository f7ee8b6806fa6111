/**
 * The playhead of a served recording: one moment that all clients share, which stands or moves as
 * fast as was asked. It is what `at=replay` means.
 */

import { flag, number, object, type ViewOf, whole } from '../projections/schema.ts'
import type { Extent, StateSource } from '../projections/state-source.ts'
import { RequestError } from './failure.ts'

export const PlayheadBody = object('Where the playhead stands.', {
  playing: flag('It moves.'),
  speed: number('Seconds of the recording for each second.', 'factor'),
  atMs: number('Exchange time where it stands.', 'ms since 1970'),
  seq: whole('First entry that is not in its state.'),
  fromMs: number('Exchange time of the first entry.', 'ms since 1970'),
  toMs: number('Exchange time of the newest entry.', 'ms since 1970'),
})

export const ACTIONS = ['play', 'pause', 'seek', 'step', 'speed'] as const
export type Action = (typeof ACTIONS)[number]

const MINUTE_MS = 60_000
export const SPEED_MAX = 100_000

export class Playhead {
  readonly #source: StateSource
  readonly #monoMs: () => number
  /** Nothing: at the end. */
  #atMs: number | undefined
  #speed = 1
  /** When it was last set in motion. */
  #startedMs: number | undefined

  constructor(source: StateSource, monoMs: () => number) {
    this.#source = source
    this.#monoMs = monoMs
  }

  /** The moment as `at` takes it. */
  async moment(): Promise<string> {
    return String(this.#now(await this.#source.extent()))
  }

  async body(): Promise<ViewOf<typeof PlayheadBody>> {
    const extent = await this.#source.extent()
    const atMs = this.#now(extent)
    const located = await this.#source.locate(String(atMs))
    return {
      playing: this.#startedMs !== undefined && atMs < extent.toMs,
      speed: this.#speed,
      atMs,
      seq: 'seq' in located ? located.seq : extent.endSeq,
      fromMs: extent.fromMs,
      toMs: extent.toMs,
    }
  }

  /** `toMs`: where to seek. `by`: minutes to step, backwards below 0. */
  async act(
    action: Action,
    {
      toMs,
      by,
      speed,
    }: {
      readonly toMs?: number | undefined
      readonly by: number
      readonly speed: number | undefined
    },
  ): Promise<void> {
    const extent = await this.#source.extent()
    const nowMs = this.#now(extent)
    if (speed !== undefined) this.#speed = speed
    switch (action) {
      case 'play':
        // From the end it starts over.
        this.#atMs = nowMs >= extent.toMs ? extent.fromMs : nowMs
        this.#startedMs = this.#monoMs()
        return
      case 'pause':
        this.#atMs = nowMs
        this.#startedMs = undefined
        return
      case 'speed':
        if (speed === undefined) throw new RequestError('PARAMETER_INVALID', 'speed: give a speed')
        this.#atMs = nowMs
        if (this.#startedMs !== undefined) this.#startedMs = this.#monoMs()
        return
      case 'seek':
        if (toMs === undefined) throw new RequestError('PARAMETER_INVALID', 'to: give a moment')
        this.#move(extent, toMs)
        return
      case 'step':
        this.#move(extent, nowMs + by * MINUTE_MS)
        return
    }
  }

  #move({ fromMs, toMs }: Extent, wantedMs: number): void {
    this.#atMs = Math.min(toMs, Math.max(fromMs, wantedMs))
    if (this.#startedMs !== undefined) this.#startedMs = this.#monoMs()
  }

  #now({ fromMs, toMs }: Extent): number {
    if (this.#atMs === undefined) return toMs
    const movedMs =
      this.#startedMs === undefined ? 0 : (this.#monoMs() - this.#startedMs) * this.#speed
    return Math.min(toMs, Math.max(fromMs, this.#atMs + movedMs))
  }
}
