/** One process of the recorder: the real daemon, gate, engines and pipeline, wired as `capture` does. */
import type { Plain } from '../../src/base/canonical.ts'
import type { Capture } from '../../src/capture/capture.ts'
import type { CaptureSettings } from '../../src/capture/capture-settings.ts'
import { startCapture } from '../../src/capture/daemon.ts'
import { EngineGate } from '../../src/capture/engine-gate.ts'
import type { LimitStore } from '../../src/capture/limit-file.ts'
import { BINANCE } from '../../src/capture/venues/binance.ts'
import type { World } from '../../src/capture/world.ts'
import type { JournalWriter } from '../../src/journal/journal.ts'
import { Pipeline } from '../../src/pipeline/pipeline.ts'
import { flatSettings, type Settings } from '../../src/pipeline/settings.ts'
import { CheckpointStore } from '../../src/replay/checkpoint-store.ts'
import { LiveRun } from '../../src/replay/live-run.ts'
import { StateKeeper } from '../../src/replay/state-keeper.ts'
import { silentLog } from '../capture/fake-world.ts'
import type { Disk } from './disk.ts'
import type { Host, SimNetwork } from './network.ts'
import { WitnessedWriter } from './witness.ts'

export interface RecorderOptions {
  readonly symbols: readonly string[]
  readonly settings: Settings
  readonly capture: CaptureSettings
  readonly disk: Disk
  readonly network: SimNetwork
  readonly limitStore: LimitStore
  /** From 0 up to 1, seeded. */
  readonly random: () => number
  readonly runId: string
  readonly witness: WitnessedWriter['log']
  /** Stands between the daemon and its journal: a planted bug. */
  readonly plantWriter?: ((writer: JournalWriter) => JournalWriter) | undefined
  readonly plantWorld?: ((world: World) => World) | undefined
  /** Where checkpoints would stand; nothing is there. */
  readonly checkpointFolder: string
}

export class Recorder {
  readonly host: Host
  readonly capture: Capture
  readonly live: LiveRun
  readonly gate: EngineGate
  readonly writer: WitnessedWriter

  /** As `capture` starts: the state of what is recorded already, then engines, then the daemon. */
  static async start(options: RecorderOptions): Promise<Recorder> {
    const { disk, settings } = options
    const state = await stateOfEarlier(disk, settings)
    const opened = await disk.open()
    const writer = new WitnessedWriter(opened.writer, options.witness)
    const host: Host = {
      isDead: false,
      onDelivered: (frame) => writer.expect(frame),
      onHandled: () => writer.checkHandled(),
    }
    const world = options.network.worldOf(host, options.random)
    const planted = options.plantWriter?.(writer) ?? writer
    let fail: (error: unknown) => void = () => {}
    const gate = new EngineGate({
      writer: planted,
      read: (fromSeq, toSeq) => disk.blocks({ fromSeq, toSeq }),
      backlogBytesMax: options.capture.engineBacklogBytes,
      setTimer: world.setTimer,
      onFailure: (error) => fail(error),
    })
    let capture: Capture | undefined
    const live = await LiveRun.start({
      settings,
      symbols: [],
      writer: gate,
      nowUs: world.nowUs,
      monoUs: world.monoUs,
      resume: state,
      checkpoints: new CheckpointStore(options.checkpointFolder, 'simulated'),
      keeper: new StateKeeper('live', 'simulated'),
      onSnapshotWanted: (symbol) => capture?.requestSnapshot(symbol),
      onFailure: () => {},
    })
    capture = startDaemon(options, planted, world, gate, opened.lastRecvTimeUs)
    const recorder = new Recorder(host, capture, live, gate, writer)
    fail = (error) => writer.log.problems.push(`the engines cannot catch up: ${String(error)}`)
    return recorder
  }

  private constructor(
    host: Host,
    capture: Capture,
    live: LiveRun,
    gate: EngineGate,
    writer: WitnessedWriter,
  ) {
    this.host = host
    this.capture = capture
    this.live = live
    this.gate = gate
    this.writer = writer
  }
}

function startDaemon(
  { symbols, settings, capture, disk, limitStore, runId, plantWorld }: RecorderOptions,
  writer: JournalWriter,
  world: World,
  gate: EngineGate,
  lastRecvTimeUs: number | undefined,
): Capture {
  return startCapture({
    venue: BINANCE,
    symbols,
    settings: capture,
    writer,
    world: plantWorld?.(world) ?? world,
    log: silentLog,
    runId,
    version: 'simulated',
    inForce: { profile: 'standard', values: flatSettings(settings) },
    resumeTimeMs: lastRecvTimeUs === undefined ? undefined : lastRecvTimeUs / 1000,
    retryForever: true,
    limitStore,
    storage: disk.storage,
    onEngines: (isPaused) => gate.setPaused(isPaused),
  })
}

async function stateOfEarlier(disk: Disk, settings: Settings): Promise<Plain | undefined> {
  const pipeline = new Pipeline({ settings, symbols: [], listener: {}, documents: true })
  for await (const block of disk.blocks()) pipeline.consume(block)
  return pipeline.nextSeq === 0 ? undefined : pipeline.toPlain()
}
