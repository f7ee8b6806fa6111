/** A capture in a simulated world, over a journal in memory, and what it recorded. */

import { defaultsOf } from '../../src/base/setting.ts'
import type { Capture, CaptureOptions } from '../../src/capture/capture.ts'
import { CAPTURE_SETTINGS, type CaptureSettings } from '../../src/capture/capture-settings.ts'
import { startCapture } from '../../src/capture/daemon.ts'
import { BINANCE } from '../../src/capture/venues/binance.ts'
import { MemoryJournal } from '../../src/journal/memory-journal.ts'
import { type EntryDraft, entryAt } from '../../src/model/block.ts'
import type { FactChannel } from '../../src/model/channel.ts'
import { type FactOf, parseFact } from '../../src/model/facts.ts'
import { FakeWorld, silentLog } from './fake-world.ts'

export const captureSettings = (more: Partial<CaptureSettings> = {}): CaptureSettings => ({
  ...defaultsOf(CAPTURE_SETTINGS, 'standard'),
  ...more,
})

export type Recorded = EntryDraft & { readonly seq: number; readonly text: string }

export class Rig {
  readonly world: FakeWorld
  readonly journal = new MemoryJournal()
  readonly capture: Capture

  constructor(more: Partial<CaptureOptions> = {}, world = new FakeWorld()) {
    this.world = world
    this.capture = startCapture({
      venue: BINANCE,
      symbols: ['BTCUSDT', 'ETHUSDT'],
      settings: captureSettings(),
      writer: this.journal,
      world,
      log: silentLog,
      runId: 'run-1',
      version: '0.0.0',
      inForce: { profile: 'standard', values: { 'pipeline.clock': 'exchange' } },
      retryForever: true,
      ...more,
    })
  }

  /** Streams that are thought to be stale or dead. */
  get silentStreams(): readonly string[] {
    return this.capture
      .health()
      .streams.filter(({ level }) => level === 'stale' || level === 'dead')
      .map(({ stream }) => stream)
  }

  get alarms(): readonly string[] {
    return this.capture
      .health()
      .alarms.map(({ kind, level, subject }) => `${kind} ${level} ${subject}`)
  }

  async entries(): Promise<readonly Recorded[]> {
    await this.journal.flush()
    const decoder = new TextDecoder()
    const all: Recorded[] = []
    for await (const block of this.journal.blocks()) {
      for (let index = 0; index < block.count; index += 1) {
        const entry = entryAt(block, index)
        all.push({ ...entry, text: decoder.decode(entry.payload) })
      }
    }
    return all
  }

  async ofChannel(channel: string, symbol?: string): Promise<readonly Recorded[]> {
    const all = await this.entries()
    return all.filter(
      ({ stream }) =>
        stream.channel === channel && (symbol === undefined || stream.symbol === symbol),
    )
  }

  async facts<C extends FactChannel>(channel: C): Promise<readonly FactOf<C>[]> {
    return (await this.ofChannel(channel))
      .filter(({ stream }) => stream.venue === 'recorder')
      .map(({ payload, text }) => {
        const fact = parseFact(channel, payload)
        if (fact === undefined) throw new Error(`no ${channel} fact: ${text}`)
        return fact
      })
  }
}
