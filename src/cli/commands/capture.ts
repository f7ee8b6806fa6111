import { basename } from 'node:path'
import type { CommandModule } from 'yargs'
import type { Plain } from '../../base/canonical.ts'
import { RecorderError } from '../../base/errors.ts'
import type { Capture } from '../../capture/capture.ts'
import { startCapture } from '../../capture/daemon.ts'
import { request } from '../../capture/http.ts'
import { metricsOf } from '../../capture/metrics.ts'
import { planCapture } from '../../capture/plan.ts'
import { parseKeep } from '../../capture/retention.ts'
import { openSocket } from '../../capture/socket.ts'
import { BINANCE } from '../../capture/venues/binance.ts'
import { LevelJournal } from '../../journal/level-journal.ts'
import { flatSettings } from '../../pipeline/settings.ts'
import { CheckpointStore } from '../../replay/checkpoint-store.ts'
import { LiveRun } from '../../replay/live-run.ts'
import { PastStates } from '../../replay/past-states.ts'
import { openRecording } from '../../replay/recording.ts'
import { checkpointKey } from '../../replay/replay.ts'
import { loadRecentPast } from '../../replay/served-recording.ts'
import { StateKeeper } from '../../replay/state-keeper.ts'
import { codeVersion } from '../../runtime/about.ts'
import { monoUs, nowUs, setTimer } from '../../runtime/clock.ts'
import { openLog } from '../../runtime/log.ts'
import { randomFraction, runId } from '../../runtime/random.ts'
import { onShutdown } from '../../runtime/shutdown.ts'
import { type AccessArgv, accessOf, accessOptions } from '../access-options.ts'
import { engineGate, outfitOf } from '../capture-outfit.ts'
import { planOptions, printPlan, restAddressOf } from '../capture-plan.ts'
import { JOURNAL_OPTIONS } from '../journal-options.ts'
import {
  type ChosenSettings,
  chosenSettings,
  type SettingArgv,
  settingOptions,
} from '../options.ts'
import { remark } from '../output.ts'
import { pathOfRecording, recordingNames } from '../recordings.ts'
import { serveState } from '../serve-state.ts'
import { symbolsOf } from './simulate.ts'

interface Argv extends SettingArgv, AccessArgv {
  readonly recording: string
  readonly symbols: string
  readonly venues: string
  readonly 'ws-url': string | undefined
  readonly 'rest-url': string | undefined
  readonly port: number
  readonly host: string
  readonly plan: boolean
  readonly keep: string | undefined
  readonly 'log-level': string
  readonly json: boolean
}

/** `capture`: the live daemon, with engines and API behind it. */
export const captureCommand: CommandModule<object, Argv> = {
  command: 'capture',
  describe: 'Record the venue live; engines and API run behind what is durable',
  builder: {
    recording: { type: 'string', default: 'live', requiresArg: true, describe: 'Its name' },
    symbols: { type: 'string', default: 'BTCUSDT,ETHUSDT', describe: 'Contracts, with commas' },
    venues: { choices: ['binance'] as const, default: 'binance', describe: 'Where to record' },
    'ws-url': {
      type: 'string',
      requiresArg: true,
      describe: 'Base of the sockets: scheme, host, port',
    },
    'rest-url': { type: 'string', requiresArg: true, describe: 'Base of REST: scheme, host, port' },
    port: { type: 'number', default: 8899, describe: 'Of API and page' },
    host: { type: 'string', default: '127.0.0.1', describe: 'Address to listen on' },
    plan: {
      type: 'boolean',
      default: false,
      describe: 'Print connections, weight and disk, then end',
    },
    keep: {
      type: 'string',
      requiresArg: true,
      describe: 'Delete sealed segments that are older and verify: 30d, 12h, 4w',
    },
    ...accessOptions,
    ...settingOptions,
    'log-level': { choices: ['error', 'warn', 'info', 'debug'], default: 'info', describe: 'Log' },
    json: { type: 'boolean', default: false, describe: 'With --plan: as one JSON object' },
  },
  handler: async (argv) => {
    const chosen = await chosenSettings(argv)
    const symbols = symbolsOf(argv.symbols)
    if (argv.plan) await printPlan(argv, symbols, chosen)
    else await record(argv, symbols, chosen)
  },
}

async function record(
  argv: Argv,
  symbols: readonly string[],
  chosen: ChosenSettings,
): Promise<void> {
  const shutdown = onShutdown()
  // Without somebody who hears it the signal would end the process.
  const rotation = { ask: () => {} }
  const endRotation = onSignal('SIGUSR2', () => rotation.ask())
  const path = pathOfRecording(argv.recording)
  const keeper = new StateKeeper('live', basename(path), () => nowUs() / 1000)
  const server = await serveState(keeper, { ...argv, access: accessOf(argv) })
  try {
    const earlier = await stateOfEarlier(argv.recording, path, chosen, { keeper, signal: shutdown })
    const journal = earlier.isNew
      ? await LevelJournal.create(path, JOURNAL_OPTIONS)
      : await LevelJournal.openForAppend(path, JOURNAL_OPTIONS)
    try {
      await run(argv, symbols, chosen, {
        journal,
        keeper,
        shutdown,
        rotation,
        earlier,
        port: server.port,
      })
    } finally {
      await journal.close()
    }
  } finally {
    endRotation()
    await server.close()
  }
}

interface Earlier {
  readonly isNew: boolean
  readonly state: Plain | undefined
  readonly symbols: readonly string[]
}

/** The state at the end of what is recorded already: engines go on as if nothing had been. */
async function stateOfEarlier(
  name: string,
  path: string,
  chosen: ChosenSettings,
  given: { readonly keeper: StateKeeper; readonly signal: AbortSignal },
): Promise<Earlier> {
  const isThere = (await recordingNames()).includes(name) || path !== pathOfRecording(name)
  const recording = await openRecording(path).catch((error: unknown) => {
    if (error instanceof RecorderError && error.code === 'RECORDING_NOT_FOUND' && !isThere) {
      return undefined
    }
    throw error
  })
  if (recording === undefined) return { isNew: true, state: undefined, symbols: [] }
  try {
    if (recording.reader.isLive) {
      throw new RecorderError('RECORDING_LOCKED', `${path} is being written by another process`)
    }
    const { settings } = chosen
    const pipeline = await loadRecentPast({ ...given, recording, settings, nowUs })
    const isStarted = pipeline !== undefined && recording.reader.nextSeq > 0
    const state = isStarted ? pipeline.toPlain() : undefined
    return { isNew: false, state, symbols: recording.symbols }
  } finally {
    await recording.reader.close()
  }
}

interface Running {
  readonly journal: LevelJournal
  readonly keeper: StateKeeper
  readonly shutdown: AbortSignal
  /** What SIGUSR2 asks for, once there is a capture. */
  readonly rotation: { ask: () => void }
  readonly earlier: Earlier
  readonly port: number
}

async function run(
  argv: Argv,
  symbols: readonly string[],
  { profile, settings, capture: captureSettings }: ChosenSettings,
  { journal, keeper, shutdown, rotation, earlier, port }: Running,
): Promise<void> {
  const path = pathOfRecording(argv.recording)
  const log = openLog(argv['log-level'])
  const keepMs = argv.keep === undefined ? undefined : parseKeep(argv.keep)
  const address = restAddressOf(planCapture(BINANCE, planOptions(argv, symbols, captureSettings)))
  let capture: Capture | undefined
  let fail: (error: RecorderError) => void = () => {}
  const failed = new Promise<RecorderError>((resolve) => {
    fail = resolve
  })
  const gate = engineGate(path, journal, captureSettings, (error) => fail(error))
  const outfit = await outfitOf(path, journal, gate, { address, keepMs })
  const live = await LiveRun.start({
    settings,
    symbols: earlier.symbols,
    writer: gate,
    nowUs,
    monoUs,
    resume: earlier.state,
    checkpoints: new CheckpointStore(path, checkpointKey(settings, earlier.symbols, 0, true)),
    keeper,
    onSnapshotWanted: (symbol) => capture?.requestSnapshot(symbol),
    onFailure: (error) => fail(error),
  })
  const recording = await openRecording(path)
  const checkpoints = new CheckpointStore(path, checkpointKey(settings, earlier.symbols, 0, true))
  keeper.attachPast(
    new PastStates({ recording, settings, checkpoints, marks: keeper.marks, keeper }),
  )
  const running = startCapture({
    venue: BINANCE,
    symbols,
    wsUrl: argv['ws-url'],
    restUrl: argv['rest-url'],
    settings: captureSettings,
    ...outfit,
    writer: journal,
    world: { nowUs, monoUs, setTimer, random: randomFraction, openSocket, request },
    log,
    runId: runId(),
    version: codeVersion,
    inForce: { profile, values: flatSettings(settings) },
    resumeTimeMs:
      journal.opening.lastRecvTimeUs === undefined
        ? undefined
        : journal.opening.lastRecvTimeUs / 1000,
    retryForever: false,
  })
  capture = running
  keeper.attachCapture(() => metricsOf(running.health()))
  running.connected.then(
    () => keeper.setReady(),
    () => {},
  )
  remark(`recording ${argv.recording}; API and page at http://${argv.host}:${port}`)
  rotation.ask = () => running.rotate()
  const ending = await Promise.race([failed, running.failed, aborted(shutdown)])
  await running.stop('asked')
  await live.settled()
  await recording.reader.close()
  remark(lastDurable(journal))
  if (ending !== undefined) throw ending
}

/** Calls `task` at each such signal; returns what ends it. */
function onSignal(signal: NodeJS.Signals, task: () => void): () => void {
  process.on(signal, task)
  return () => process.off(signal, task)
}

const lastDurable = ({ durableSeq }: LevelJournal): string =>
  durableSeq === 0 ? 'nothing is durable' : `the last durable entry is ${durableSeq - 1}`

const aborted = (signal: AbortSignal): Promise<undefined> =>
  new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(undefined), { once: true })
    if (signal.aborted) resolve(undefined)
  })
