import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import type { CommandModule } from 'yargs'
import { RecorderError } from '../../base/errors.ts'
import { openRecording, type Recording, resolveRange } from '../../replay/recording.ts'
import { codeVersion, nodeVersion } from '../../runtime/about.ts'
import { nowUs } from '../../runtime/clock.ts'
import { onShutdown } from '../../runtime/shutdown.ts'
import { parseAxis } from '../../sweep/candidates.ts'
import { OBJECTIVES, type ObjectiveName } from '../../sweep/objective.ts'
import { type SweepOutcome, sweep } from '../../sweep/sweep.ts'
import { writeSweep } from '../../sweep/sweep-files.ts'
import {
  chosenSettings,
  jsonOption,
  rangeOptions,
  recordingOption,
  type SettingArgv,
  settingOptions,
} from '../options.ts'
import { count, print, printJson, remark, table } from '../output.ts'
import { startProgress } from '../progress.ts'
import { findRecording } from '../recordings.ts'

interface Argv extends SettingArgv {
  readonly recording: string | undefined
  readonly from: string | undefined
  readonly to: string | undefined
  readonly grid: readonly string[] | undefined
  readonly random: number | undefined
  readonly seed: number
  readonly halving: boolean
  readonly windows: number
  readonly objective: ObjectiveName
  readonly workers: number | undefined
  readonly resume: boolean
  readonly out: string | undefined
  readonly json: boolean
}

/** `sweep`: many settings over one range, chosen on the past and graded on what came next. */
export const sweepCommand: CommandModule<object, Argv> = {
  command: 'sweep',
  describe: 'Try many settings over one range; choose on the past, grade on the next window',
  builder: {
    recording: recordingOption,
    ...rangeOptions,
    ...settingOptions,
    grid: {
      type: 'string',
      array: true,
      requiresArg: true,
      describe: 'NAME=V1,V2 (lists parted by ";"), or NAME=LOW..HIGH to draw from; may be repeated',
    },
    random: {
      type: 'number',
      requiresArg: true,
      describe: 'So many seeded draws, not all combinations',
    },
    seed: {
      type: 'number',
      default: 1,
      requiresArg: true,
      describe: 'Seed of draws and intervals',
    },
    halving: {
      type: 'boolean',
      default: false,
      describe: 'Give up the worse half after each window',
    },
    windows: {
      type: 'number',
      default: 4,
      requiresArg: true,
      describe: 'Windows of the walk-forward; 1 grades nothing out of sample',
    },
    objective: {
      choices: Object.keys(OBJECTIVES) as ObjectiveName[],
      default: 'hazard' as const,
      describe: 'What is to be good',
    },
    workers: { type: 'number', requiresArg: true, describe: 'Threads [default: one a core]' },
    resume: { type: 'boolean', default: false, describe: 'Go on with what --out holds' },
    out: {
      type: 'string',
      requiresArg: true,
      describe: 'Folder [default: reports/<recording>-sweep]',
    },
    json: jsonOption,
  },
  handler: async (argv) => {
    checkNumbers(argv)
    const recording = await openRecording(await findRecording(argv.recording))
    try {
      await runSweep(argv, recording)
    } finally {
      await recording.reader.close()
    }
  },
}

async function runSweep(argv: Argv, recording: Recording): Promise<void> {
  const startUs = nowUs()
  const { profile, overrides, settings } = await chosenSettings(argv)
  const range = await resolveRange(recording, argv.from, argv.to)
  const out = argv.out ?? join('reports', `${recording.name}-sweep`)
  const workers = argv.workers ?? availableParallelism()
  const bars = {
    entries: startProgress('reading', 'entries'),
    trials: startProgress('sweeping', 'trials'),
  }
  let outcome: SweepOutcome
  try {
    outcome = await sweep(recording, {
      base: { profile, overrides, settings },
      space: { axes: (argv.grid ?? []).map(parseAxis), draws: argv.random, seed: argv.seed },
      range,
      objective: argv.objective,
      windowCount: argv.windows,
      halving: argv.halving,
      workers,
      journalPath: join(out, 'trials.ndjson'),
      resume: argv.resume,
      onProgress: (what, done, total) => {
        if (what === 'trials') bars.entries.end()
        bars[what].update(done, total)
      },
      onRemark: remark,
      signal: onShutdown(),
    })
  } finally {
    bars.entries.end()
    bars.trials.end()
  }
  const wallMs = (nowUs() - startUs) / 1000
  await writeSweep(out, outcome, {
    head: { codeVersion, command: commandOf(argv, recording.name) },
    manifest: { codeVersion, nodeVersion, workers, wallMs, out },
  })
  if (argv.json) printJson(outcome.table)
  else for (const text of resultLines(out, outcome, wallMs)) print(text)
}

function checkNumbers({ grid, random, seed, windows, workers }: Argv): void {
  const isWhole = (value: number, least: number) => Number.isInteger(value) && value >= least
  const wants = (flag: string, what: string) =>
    new RecorderError('USAGE', `--${flag} wants ${what}`)
  if (grid === undefined && random === undefined) {
    throw new RecorderError('USAGE', 'sweep wants --grid NAME=V1,V2 or --random N, or both')
  }
  if (random !== undefined && !isWhole(random, 1)) throw wants('random', 'a whole number above 0')
  if (!isWhole(seed, 0)) throw wants('seed', 'a whole number from 0 on')
  if (!isWhole(windows, 1)) throw wants('windows', 'a whole number above 0')
  if (workers !== undefined && !isWhole(workers, 1))
    throw wants('workers', 'a whole number above 0')
}

/** Without what changes no result: where to, how many threads, where from. */
function commandOf(argv: Argv, recording: string): string {
  const { from, to, profile, grid, random, seed, halving, windows, objective } = argv
  const flags: (readonly [string, string | number | undefined])[] = [
    ['recording', recording],
    ['from', from],
    ['to', to],
    ['profile', profile],
    ...(argv.set ?? []).map((pair) => ['set', pair] as const),
    ['settings', argv.settings],
    ...(grid ?? []).map((axis) => ['grid', `'${axis}'`] as const),
    ['random', random],
    ['seed', seed],
    ['windows', windows],
    ['objective', objective],
  ]
  const words = flags.flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name} ${value}`],
  )
  return ['moonreplay sweep', ...words, ...(halving ? ['--halving'] : [])].join(' ')
}

function* resultLines(
  out: string,
  { table: result, runCount, resumedCount }: SweepOutcome,
  wallMs: number,
): Generator<string> {
  const { decimals } = OBJECTIVES[result.objective]
  const number = (value: number | null) => (value === null ? '–' : value.toFixed(decimals))
  yield `${count(result.trialCount)} settings: ${count(runCount)} runs made, ${count(resumedCount)} found done, in ${(wallMs / 1000).toFixed(1)} s`
  const names = [...new Set(result.rows.flatMap(({ overrides }) => Object.keys(overrides)))]
  yield table([
    ['rank', 'trial', 'score', 'pred ÷ obs', ...names],
    ...result.rows
      .slice(0, 10)
      .map((row) => [
        row.rank === null ? '–' : String(row.rank),
        row.trial === 0 ? 'base' : String(row.trial),
        number(row.score),
        row.predictedOverObserved === null ? '–' : row.predictedOverObserved.toFixed(2),
        ...names.map((name) => String(row.overrides[name] ?? '–')),
      ]),
  ])
  for (const step of result.walkForward.steps) {
    const chosen = step.chosenTrial === 0 ? 'the base' : `trial ${step.chosenTrial}`
    yield `window ${step.windowIndex + 1}: the past chose ${chosen} (${number(step.pastScore)}), which then scored ${number(step.nextScore)}; the base ${number(step.baseNextScore)}`
  }
  for (const { isWarning, text } of result.notes) yield isWarning ? `warning: ${text}` : text
  yield `written to ${out}`
}
