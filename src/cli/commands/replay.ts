import { join } from 'node:path'
import type { CommandModule } from 'yargs'
import { RecorderError } from '../../base/errors.ts'
import { ArtefactFolder } from '../../interchange/artefact-folder.ts'
import { Artefacts } from '../../interchange/artefacts.ts'
import type { PipelineListener } from '../../pipeline/events.ts'
import { ColumnSource } from '../../replay/block-source.ts'
import { type CheckResult, check } from '../../replay/check.ts'
import { CheckpointStore } from '../../replay/checkpoint-store.ts'
import { parseSpan } from '../../replay/moment.ts'
import {
  openRecording,
  type Recording,
  resolveRange,
  type SeqRange,
  seqAtTime,
} from '../../replay/recording.ts'
import { checkpointKey, type ReplayResult, replay } from '../../replay/replay.ts'
import { codeVersion, nodeVersion } from '../../runtime/about.ts'
import { nowUs, paceOf } from '../../runtime/clock.ts'
import { onShutdown } from '../../runtime/shutdown.ts'
import {
  type ChosenSettings,
  chosenSettings,
  jsonOption,
  rangeOptions,
  recordingOption,
  type SettingArgv,
  settingOptions,
} from '../options.ts'
import { count, print, printJson, remark } from '../output.ts'
import { type Progress, startProgress } from '../progress.ts'
import { findRecording } from '../recordings.ts'
import { compareWithBase } from '../replay-base.ts'
import { resultLines } from '../replay-lines.ts'
import { replayManifest } from '../replay-manifest.ts'
import { readWeights } from '../weights-option.ts'

interface Argv extends SettingArgv {
  readonly recording: string | undefined
  readonly from: string | undefined
  readonly to: string | undefined
  readonly cold: boolean
  readonly warmup: string | undefined
  readonly artefacts: boolean
  readonly weights: string | undefined
  readonly check: boolean
  readonly strict: boolean
  readonly 'skip-damage': boolean
  readonly cache: boolean
  readonly speed: string
  readonly out: string | undefined
  readonly json: boolean
}

/** `replay`: a recording through the pipeline again; equal digests mean equal results. */
export const replayCommand: CommandModule<object, Argv> = {
  command: 'replay',
  describe: 'Compute a recording again; --check proves that the live run is reproduced',
  builder: {
    recording: recordingOption,
    ...rangeOptions,
    cold: { type: 'boolean', default: false, describe: 'Start empty at --from' },
    warmup: {
      type: 'string',
      requiresArg: true,
      describe: 'Start empty so long before --from, as 6h',
    },
    ...settingOptions,
    weights: { type: 'string', requiresArg: true, describe: 'Weights file to start from' },
    artefacts: { type: 'boolean', default: false, describe: 'Write the files of each symbol' },
    check: {
      type: 'boolean',
      default: false,
      describe: 'Compare every digest that live capture journaled; exit 1 on a difference',
    },
    strict: {
      type: 'boolean',
      default: false,
      describe: 'With --check: digests of other versions fail',
    },
    'skip-damage': { type: 'boolean', default: false, describe: 'Go past blocks that are damaged' },
    cache: {
      type: 'boolean',
      default: true,
      describe: 'Keep decoded messages beside the recording for the next replay; or --no-cache',
    },
    speed: {
      type: 'string',
      default: 'max',
      requiresArg: true,
      describe: 'max, or how many times the pace of the recording',
    },
    out: { type: 'string', requiresArg: true, describe: 'Folder [default: replays/<recording>]' },
    json: jsonOption,
  },
  handler: async (argv) => {
    if (argv.check && (argv.profile ?? argv.set ?? argv.settings) !== undefined) {
      throw new RecorderError(
        'USAGE',
        '--check computes with the settings in the journal: leave out --profile, --set and --settings',
      )
    }
    const chosen = await chosenSettings(argv)
    const recording = await openRecording(await findRecording(argv.recording), {
      skipDamage: argv['skip-damage'],
      onSkipped: ({ path, fromSeq, toSeq, problem }) =>
        remark(`skipped ${path}, seq ${fromSeq} to ${toSeq}: ${problem}`),
    })
    const progress = startProgress(argv.check ? 'checking' : 'replaying', 'entries')
    try {
      if (argv.check) await runCheck(argv, recording, progress)
      else await runReplay(argv, recording, chosen, progress)
    } finally {
      progress.end()
      await recording.reader.close()
    }
  },
}

async function runCheck(argv: Argv, recording: Recording, progress: Progress): Promise<void> {
  const total = recording.reader.nextSeq
  const result = await check(recording, {
    nowUs,
    onProgress: (seq) => progress.update(seq, total),
    signal: onShutdown(),
  })
  progress.end()
  const failed = !result.ok || (argv.strict && result.otherVersions > 0)
  if (argv.json) printJson({ recording: recording.name, ...result, ok: !failed })
  else for (const line of checkLines(result)) print(line)
  if (failed) process.exitCode = 1
}

function* checkLines(result: CheckResult): Generator<string> {
  const counts = Object.entries(result.digestsCompared)
  if (result.withoutPast > 0) {
    yield `${count(result.withoutPast)} digests were not compared: they are of a state that saw what retention deleted since, and no checkpoint is left of it`
  } else if (counts.length === 0) {
    yield 'no digest to compare: this recording was not made by live capture'
  }
  for (const [symbol, compared] of counts) yield `${symbol}: ${count(compared)} digests compared`
  const first = result.firstMismatch
  if (first !== undefined) {
    const time = new Date(first.minute * 60_000).toISOString()
    yield `${count(result.mismatches)} differ; first: ${first.symbol} minute ${first.minute} (${time}), seq ${first.fromSeq} to ${first.toSeq}`
    yield `  recorded ${first.recorded}, computed ${first.computed ?? 'nothing: no such minute closed'}`
  } else if (counts.length > 0) {
    yield 'all equal'
  }
  if (result.otherVersions > 0) {
    yield `${count(result.otherVersions)} digests are of another version and were not compared`
  }
}

async function runReplay(
  argv: Argv,
  recording: Recording,
  chosen: ChosenSettings,
  progress: Progress,
): Promise<void> {
  const { profile, settings } = chosen
  const range = await resolveRange(recording, argv.from, argv.to)
  const startSeq = Math.max(await startOf(argv, recording, range), recording.reader.firstSeq)
  const shutdown = onShutdown()
  const pace = argv.speed === 'max' ? undefined : paceOf(speedOf(argv.speed), shutdown)
  const out = argv.out ?? join('replays', recording.name)
  const folder = new ArtefactFolder(out)
  const columns = columnsOf(argv, recording)
  try {
    const artefacts = argv.artefacts ? new Artefacts(folder) : undefined
    const weights =
      argv.weights === undefined ? undefined : await readWeights(argv.weights, recording)
    const common = {
      symbols: recording.symbols,
      ...range,
      startSeq,
      columns,
      nowUs,
      onProgress: (seq: number) => progress.update(seq, range.toSeq),
      signal: shutdown,
      weights,
    }
    const result = await replay(recording.reader, {
      ...common,
      settings,
      checkpoints: checkpointsOf(argv, recording, chosen, { ...range, startSeq }),
      listener: artefacts?.listener ?? ({} satisfies PipelineListener),
      pace,
      documents: argv.artefacts,
    })
    if (result.interrupted)
      throw new RecorderError('INTERRUPTED', 'the replay was stopped before its end')
    const againstBase = await compareWithBase(chosen, result, (base) =>
      replay(recording.reader, { ...common, settings: base, listener: {} }),
    )
    progress.end()
    remarkRefusals(result)
    artefacts?.finish(result.pipeline.runs.values())
    const manifest = {
      ...replayManifest(recording, range, profile, settings, result),
      recordingDigest: await recording.reader.digest(),
      warm: argv.cold ? 'cold' : (argv.warmup ?? 'full'),
      ...(againstBase === undefined ? {} : { againstBase }),
      codeVersion,
      nodeVersion,
    }
    folder.json('manifest.json', manifest)
    folder.commit()
    if (argv.json) printJson({ out, ...manifest })
    else for (const line of resultLines(out, result, againstBase)) print(line)
  } catch (error) {
    folder.discard()
    throw error
  } finally {
    await columns?.close(shutdown)
  }
}

/** Whoever goes past damage wants to see what the journal holds. */
function columnsOf(
  { cache, 'skip-damage': skipsDamage }: Argv,
  recording: Recording,
): ColumnSource | undefined {
  return cache && !skipsDamage ? new ColumnSource(recording, { onRemark: remark }) : undefined
}

function speedOf(text: string): number {
  const speed = Number(text)
  if (speed > 0 && Number.isFinite(speed)) return speed
  throw new RecorderError('USAGE', `--speed wants max or a number above 0, was "${text}"`)
}

/** Where a replay may start in the middle and leave marks for the next. */
function checkpointsOf(
  { artefacts, weights }: Argv,
  { path, symbols }: Recording,
  { settings, overrides }: ChosenSettings,
  { fromSeq, startSeq }: { readonly fromSeq: number; readonly startSeq: number },
): CheckpointStore | undefined {
  // A cold start is a state of its own, and settings of a backtest are rarely met again.
  if (startSeq > 0 || Object.keys(overrides).length > 0 || weights !== undefined) return undefined
  // The curve that scores a map of the reference has to have seen all of the past.
  if (fromSeq > 0 && settings.calibrator.model === 'reference') return undefined
  return new CheckpointStore(path, checkpointKey(settings, symbols, startSeq, artefacts))
}

function remarkRefusals({ pipeline }: ReplayResult): void {
  for (const [symbol, { heat }] of pipeline.runs) {
    if (heat.weightsRefusal !== undefined) {
      remark(`${symbol}: weights not taken over: ${heat.weightsRefusal}`)
    }
  }
}

async function startOf(argv: Argv, recording: Recording, range: SeqRange): Promise<number> {
  if (argv.cold && argv.warmup !== undefined) {
    throw new RecorderError('USAGE', '--cold and --warmup exclude each other')
  }
  if (argv.cold) return range.fromSeq
  if (argv.warmup === undefined) return 0
  const fromMs = await venueTimeAt(recording, range.fromSeq)
  return await seqAtTime(recording, fromMs - parseSpan('--warmup', argv.warmup))
}

async function venueTimeAt({ reader }: Recording, seq: number): Promise<number> {
  for await (const block of reader.blocks({ fromSeq: seq, toSeq: seq + 1 })) {
    const times = block.venueTimesMs.subarray(seq - block.firstSeq, block.count)
    const time = times.find((value) => !Number.isNaN(value))
    if (time !== undefined) return time
  }
  return 0
}
