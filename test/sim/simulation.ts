/** One seed: a venue, a network, a disk and a recorder, and everything that goes wrong among them. */
import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defaultsOf } from '../../src/base/setting.ts'
import { CAPTURE_SETTINGS, type CaptureSettings } from '../../src/capture/capture-settings.ts'
import type { LimitStore } from '../../src/capture/limit-file.ts'
import type { SavedLimits } from '../../src/capture/weight-budget.ts'
import type { World } from '../../src/capture/world.ts'
import { Random } from '../../src/exchange/random.ts'
import { openCodec } from '../../src/journal/codec.ts'
import type { JournalWriter } from '../../src/journal/journal.ts'
import type { Block } from '../../src/model/block.ts'
import { resolveSettings, type Settings } from '../../src/pipeline/settings.ts'
import { SimClock } from './clock.ts'
import { SimDisk } from './disk.ts'
import { type FaultPlan, type Incident, type PlannedFault, planFaults } from './faults.ts'
import { MemoryWatch } from './memory-watch.ts'
import { SimNetwork } from './network.ts'
import { Recorder, type RecorderOptions } from './recorder.ts'
import { Truth } from './truth.ts'
import { SimVenue } from './venue.ts'
import { startWitness, type WitnessLog } from './witness.ts'

export interface SimulationOptions {
  readonly seed: number
  /** Default: from the seed. */
  readonly lengthMs?: number
  readonly plan?: FaultPlan
  readonly capture?: Partial<CaptureSettings>
  readonly symbols?: readonly string[]
  readonly stepMs?: number
  readonly activity?: number
  readonly forcedPerHour?: number
  /** The venue ends a connection at this age. */
  readonly venueCutMs?: number
  /** The recording is not kept: for runs that are longer than memory. */
  readonly forget?: boolean
  /** Told of what is durable, beside everybody else. */
  readonly onDurable?: (block: Block) => void
  /** Called each second of virtual time. */
  readonly onSecond?: (simulation: Simulation) => void
  /** Bugs that the checkers must find. */
  readonly plantWriter?: (writer: JournalWriter) => JournalWriter
  readonly plantWorld?: (world: World) => World
  readonly plantDisk?: (block: Block) => Block | undefined
}

const settings: Settings = resolveSettings('standard')
const codec = await openCodec()
const SYMBOLS = ['BTCUSDT', 'ETHUSDT'] as const
/** After the end: what is on its way to the disk comes to rest. */
const REST_MS = 40_000
/** Asking a recorder for its health costs it some time. */
const MEMORY_EVERY_S = 3
/** How far a wrong clock leads the engines astray, until its offset was measured twice. */
const CLOCK_WRONG_MS = 260_000

export class Simulation {
  readonly options: SimulationOptions
  readonly clock: SimClock
  readonly venue: SimVenue
  readonly network: SimNetwork
  readonly disk: SimDisk
  readonly truth = new Truth()
  readonly witness: WitnessLog
  readonly memory: MemoryWatch
  readonly plan: FaultPlan
  readonly captureSettings: CaptureSettings
  readonly lengthMs: number
  readonly settings = settings
  recorder: Recorder | undefined
  /** When each process of the recorder ended. Unit: ms. */
  readonly endsMs: number[] = []
  hasClockJump: boolean
  #runCount = 0
  #seconds = 0
  #outage: Incident | undefined
  #isOver: boolean = false
  readonly #random: Random

  constructor(options: SimulationOptions) {
    this.options = options
    const { seed } = options
    const shape = new Random(seed, 'shape')
    this.#random = new Random(seed, 'recorder')
    this.lengthMs = options.lengthMs ?? lengthOf(shape)
    const symbols = options.symbols ?? SYMBOLS.slice(0, 1 + shape.below(2))
    this.plan = options.plan ?? planFaults(seed, this.lengthMs, symbols)
    this.hasClockJump = this.plan.faults.some(({ kind }) => kind === 'clockJump')
    this.captureSettings = {
      ...defaultsOf(CAPTURE_SETTINGS, 'standard'),
      ...chosenSettings(shape),
      ...options.capture,
    }
    this.clock = new SimClock(startOf(shape, this.lengthMs))
    this.witness = startWitness(options.forget)
    this.venue = new SimVenue(
      {
        seed,
        symbols,
        stepMs: options.stepMs ?? 250,
        activity: options.activity ?? shape.between(0.4, 1),
        forcedPerHour: options.forcedPerHour ?? 120,
      },
      this.clock,
    )
    this.network = new SimNetwork({
      seed,
      clock: this.clock,
      venue: this.venue,
      frames: this.plan.frames,
      connectionAgeMsMax:
        options.venueCutMs ?? Math.round(this.captureSettings.connectionAgeMsMax * 1.2 + 20_000),
      onSent: (messages) => {
        if (options.forget !== true) this.truth.take(messages, this.clock.timeMs)
      },
    })
    this.disk = new SimDisk({
      seed,
      clock: this.clock,
      codec,
      commitMs: 100 + shape.below(900),
      forget: options.forget ?? false,
      plant: options.plantDisk,
    })
    this.memory = new MemoryWatch(this)
  }

  get symbols(): readonly string[] {
    return this.venue.contracts.map(({ symbol }) => symbol)
  }

  readonly #checkpointFolder = join(tmpdir(), `moonreplay-simulated-${randomUUID()}`)

  async run(): Promise<void> {
    const { clock, plan, lengthMs } = this
    clock.settle = () => this.#settle()
    await this.#startRecorder()
    this.venue.start()
    for (const fault of plan.faults) clock.schedule(fault.atMs, () => this.#break(fault))
    this.#everySecond()
    await clock.run(lengthMs)
    await this.#end()
    // Real files: none of them stands before virtual time ends, and no other run may find them.
    await rm(this.#checkpointFolder, { recursive: true, force: true })
    for (let flips = 0; flips < 3; flips += 1) this.disk.flipBit()
  }

  #work: Promise<void> | undefined

  async #settle(): Promise<void> {
    while (this.#work !== undefined) {
      const work = this.#work
      this.#work = undefined
      await work
    }
  }

  async #end(): Promise<void> {
    this.#isOver = true
    const { recorder, clock } = this
    this.disk.isFull = false
    this.disk.stalledUntilMs = 0
    if (recorder === undefined) return
    this.endsMs.push(clock.timeMs)
    this.network.noteUnderWay()
    // What was overtaken and is still under way does not arrive any more.
    for (const incident of [...this.network.incidents]) {
      if (incident.kind !== 'late' || incident.stream === '' || incident.toMs < clock.timeMs)
        continue
      this.network.incidents.push({ ...incident, kind: 'ids' })
    }
    let stopped = false
    recorder.capture.stop('asked').then(
      () => {
        stopped = true
      },
      () => {
        stopped = true
      },
    )
    await clock.run(clock.timeMs + REST_MS, () => stopped)
    await recorder.live.settled()
    recorder.host.isDead = true
  }

  async #startRecorder(): Promise<void> {
    this.#runCount += 1
    const { options } = this
    const recorder = await Recorder.start({
      symbols: this.symbols,
      settings,
      capture: this.captureSettings,
      disk: this.disk,
      network: this.network,
      limitStore: this.#limitStore,
      random: () => this.#random.unit(),
      runId: `run-${this.#runCount}`,
      witness: this.witness,
      checkpointFolder: this.#checkpointFolder,
      plantWriter: options.plantWriter,
      plantWorld: options.plantWorld,
    } satisfies RecorderOptions)
    this.recorder = recorder
    if (options.onDurable !== undefined) recorder.writer.onDurable(options.onDurable)
    if (this.#outage !== undefined) this.#outage.toMs = this.clock.timeMs
    void recorder.capture.failed.then(() => this.#stopFor(recorder, 1_000))
  }

  /** Ends the process, and starts another one some time later. */
  #stopFor(recorder: Recorder, downMs: number): void {
    if (this.#isOver || this.recorder !== recorder) return
    this.recorder = undefined
    recorder.host.isDead = true
    this.endsMs.push(this.clock.timeMs)
    this.network.forget(recorder.host)
    this.#outage = this.network.note('outage', '', '', Number.POSITIVE_INFINITY)
    this.#work = this.disk.crash()
    this.#restartIn(downMs)
  }

  #restartIn(downMs: number): void {
    this.clock.schedule(downMs, () => {
      if (this.#isOver) return
      if (this.disk.isFull) this.#restartIn(1_000)
      else this.#work = this.#startRecorder()
    })
  }

  /** Limits outlast the process. */
  #saved: SavedLimits | undefined
  get #limitStore(): LimitStore {
    return {
      saved: this.#saved,
      save: (limits) => {
        this.#saved = limits
        return Promise.resolve(limits)
      },
    }
  }

  #everySecond(): void {
    this.clock.schedule(1_000, () => {
      this.#seconds += 1
      if (this.#seconds % MEMORY_EVERY_S === 0) this.memory.look()
      this.options.onSecond?.(this)
      this.#everySecond()
    })
  }

  #break(fault: PlannedFault): void {
    const { network, clock, disk, venue } = this
    const until = (endMs: number, task: () => void): void =>
      void clock.schedule(endMs - clock.timeMs, task)
    switch (fault.kind) {
      case 'cut':
        network.cut(fault.route)
        return
      case 'halfOpen':
        network.halfOpen(fault.route)
        return
      case 'rotate':
        this.recorder?.capture.rotate()
        return
      case 'refuse':
        network.refusedUntilMs.set(fault.route, fault.endMs)
        return
      case 'stall':
        network.stalledUntilMs.set(fault.route, fault.endMs)
        network.note('silence', fault.route, '', fault.endMs + 500).isHeldUp = true
        return
      case 'mute':
        network.mute.add(fault.stream)
        network.noteMute(fault.stream, fault.endMs)
        until(fault.endMs, () => network.mute.delete(fault.stream))
        return
      case 'rest':
        network.rest.faults.push(fault.fault)
        until(fault.endMs, () => {
          network.rest.faults.splice(network.rest.faults.indexOf(fault.fault), 1)
        })
        return
      case 'clockJump':
        clock.wallBaseMs += fault.byMs
        network.note('late', '', '', clock.timeMs + CLOCK_WRONG_MS)
        return
      case 'idJump':
        this.#jumpIds(fault.symbolIndex, fault.by)
        return
      case 'sleep': {
        const { activity } = venue
        venue.activity = 0
        until(fault.endMs, () => {
          venue.activity = Math.max(activity, 0.4)
        })
        return
      }
      case 'crash':
        this.#crashAt(fault.turn, fault.downMs)
        return
      case 'diskStall':
        disk.stalledUntilMs = Math.max(disk.stalledUntilMs, fault.endMs)
        network.note('late', '', '', fault.endMs + 30_000)
        return
      case 'diskFull':
        disk.isFull = true
        until(fault.endMs, () => {
          disk.isFull = false
        })
        return
      case 'diskLow':
        disk.freeBytes = 1_000
        until(fault.endMs, () => {
          disk.freeBytes = 2 ** 40
        })
        return
    }
  }

  #jumpIds(symbolIndex: number, by: number): void {
    const contract = this.venue.contracts[symbolIndex]
    if (contract === undefined) return
    contract.jumpIds(by)
    const name = contract.symbol.toLowerCase()
    for (const kind of ['depth@100ms', 'trade', 'aggTrade', 'bookTicker']) {
      const route = kind === 'aggTrade' ? '/market' : '/public'
      this.network.note('ids', route, `${name}@${kind}`)
    }
  }

  /** At one of the next turns of promises, wherever the recorder then is. */
  #crashAt(turn: number, downMs: number): void {
    let left = turn
    this.clock.onTurn = () => {
      left -= 1
      if (left > 0) return
      this.clock.onTurn = () => {}
      if (this.recorder !== undefined) this.#stopFor(this.recorder, downMs)
    }
  }
}

/** Settings that differ from seed to seed, so that what happens in days happens in minutes. */
function chosenSettings(shape: Random): Partial<CaptureSettings> {
  const ages = [20_000, 45_000, 85_200_000]
  const pending = [60_000, 400_000, 67_108_864]
  return {
    connections: shape.chance(0.25) ? 2 : 1,
    connectionAgeMsMax: ages[shape.below(3)] ?? 45_000,
    pendingBytesMax: pending[shape.below(3)] ?? 60_000,
    engineBacklogBytes: shape.chance(0.5) ? 20_000 : 16_777_216,
    repairMs: shape.chance(0.5) ? 10_000 : 300_000,
  }
}

/** Most are short, so that many seeds have their turn; some are long enough for whole minutes. */
const lengthOf = (shape: Random): number =>
  shape.chance(0.1) ? 180_000 + shape.below(60_000) : 25_000 + shape.below(70_000)

/** Some time before a midnight, an hour, or nothing in particular. */
function startOf(shape: Random, lengthMs: number): number {
  const edges = [Date.UTC(2026, 0, 6), Date.UTC(2026, 0, 5, 13), Date.UTC(2026, 0, 5, 13, 31, 7)]
  return (edges[shape.below(3)] ?? 0) - Math.round(shape.unit() * lengthMs)
}
