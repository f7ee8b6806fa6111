import { join } from 'node:path'
import type { CommandModule, Options } from 'yargs'
import type { AuditView } from '../../audits/audit-view.ts'
import { RecorderError } from '../../base/errors.ts'
import { nearestName } from '../../base/setting.ts'
import { findingsOf } from '../../reports/findings-table.ts'
import { REPORT_KINDS, type ReportKind, reportAnswer } from '../../reports/report.ts'
import {
  jsonOption,
  rangeOptions,
  recordingOption,
  type SettingArgv,
  settingOptions,
} from '../options.ts'
import { count, print, printJson } from '../output.ts'
import { auditRecording } from '../report-audit.ts'
import { compareAudits, sideOf, verdictLines } from '../report-compare.ts'
import { type VerifyResult, verifyReport } from '../report-verify.ts'
import { checkOut, defaultOut, reportFiles, viewsOf, writeFolder } from '../report-write.ts'

interface Argv extends SettingArgv {
  readonly kind: string | undefined
  readonly recording: string | undefined
  readonly from: string | undefined
  readonly to: string | undefined
  readonly out: string | undefined
  readonly verify: string | undefined
  readonly compare: readonly string[] | undefined
  readonly strict: boolean
  readonly 'max-gap-ms': number | undefined
  readonly json: boolean
}

const OPTIONS = {
  kind: { type: 'string', describe: REPORT_KINDS.join(', ') },
  recording: recordingOption,
  ...rangeOptions,
  ...settingOptions,
  out: {
    type: 'string',
    requiresArg: true,
    describe: 'Folder [default: reports/<recording>-<kind>]',
  },
  compare: {
    type: 'string',
    array: true,
    describe: 'Two sides, each a profile, a settings file, or flags in quotes',
  },
  verify: {
    type: 'string',
    requiresArg: true,
    describe: 'Make a report file again and compare; exit 1 when it differs',
  },
  strict: { type: 'boolean', default: false, describe: 'Exit 1 when a finding fails' },
  'max-gap-ms': { type: 'number', requiresArg: true, describe: 'Exit 1 for a longer gap' },
  json: jsonOption,
} as const satisfies Record<string, Options>

/** `report`: what a map was worth, as Markdown, JSON and pictures that can be made again. */
export const reportCommand: CommandModule<object, Argv> = {
  command: 'report [kind]',
  describe: 'Audit a recording: hit-rate, median-miss, disabled-tiers or full',
  builder: OPTIONS,
  handler: async (argv) => {
    if (argv.verify !== undefined) await runVerify(argv, argv.verify)
    else if (argv.compare !== undefined) await runCompare(argv, argv.compare)
    else await runReport(argv, kindOf(argv.kind))
  },
}

function kindOf(text: string | undefined): ReportKind {
  const kind = REPORT_KINDS.find((candidate): candidate is ReportKind => candidate === text)
  if (kind !== undefined) return kind
  const names = REPORT_KINDS.join(', ')
  throw new RecorderError(
    'USAGE',
    text === undefined
      ? `report wants a kind: ${names}`
      : `there is no report ${text}; nearest: ${nearestName(text, REPORT_KINDS)}, all: ${names}`,
  )
}

async function runReport(argv: Argv, kind: ReportKind): Promise<void> {
  if (argv.out !== undefined) await checkOut(argv.out)
  const audited = await auditRecording(argv)
  const views = viewsOf(audited)
  const files = reportFiles(kind, audited, views)
  const out = argv.out ?? defaultOut(audited.subject.recording, kind)
  await writeFolder(out, files)
  const longestGapMs = Math.max(...views.map(longestGapOf))
  const failing = views.flatMap((view) =>
    findingsOf(kind, view)
      .filter(({ severity }) => severity === 'fail')
      .map(({ name, text }) => ({ symbol: view.symbol, name, text })),
  )
  const isGapTooLong = argv['max-gap-ms'] !== undefined && longestGapMs > argv['max-gap-ms']
  if ((argv.strict && failing.length > 0) || isGapTooLong) process.exitCode = 1
  if (argv.json) {
    const names = files.map(({ name }) => name)
    printJson({ kind, out, files: names, ...summaryOf(kind, views), failing, longestGapMs })
    return
  }
  for (const view of views) print(`${view.symbol}: ${reportAnswer(kind, view)}`)
  for (const { symbol, text } of failing) print(`${symbol}: fail: ${text}`)
  if (isGapTooLong) print(`longest gap ${count(longestGapMs)} ms, over --max-gap-ms`)
  print(`written to ${join(out, `${kind}.md`)}`)
}

const summaryOf = (kind: ReportKind, views: readonly AuditView[]) => ({
  symbols: Object.fromEntries(
    views.map((view) => {
      const headline = view.hazard.rows.find(({ isHeadline }) => isHeadline)
      const { admittedCount } = view.liquidations
      return [
        view.symbol,
        { answer: reportAnswer(kind, view), liquidations: admittedCount, headline },
      ]
    }),
  ),
})

const MINUTE_MS = 60_000

/** A pause between closed minutes is a gap too, where no recorder has told of one. */
function longestGapOf({ feed }: AuditView): number {
  const holesMs = feed.holes.map(
    ({ fromMinute, toMinute }) => (toMinute - fromMinute + 1) * MINUTE_MS,
  )
  return Math.max(feed.longestGapMs, ...holesMs)
}

async function runCompare(argv: Argv, sides: readonly string[]): Promise<void> {
  const [a, b, ...more] = sides
  if (a === undefined || b === undefined || more.length > 0) {
    throw new RecorderError('USAGE', `--compare wants two sides, was given ${sides.length}`)
  }
  if (argv.kind !== undefined) {
    throw new RecorderError('USAGE', `--compare is a report of its own: leave out ${argv.kind}`)
  }
  if (argv.out !== undefined) await checkOut(argv.out)
  const { recording, from, to, profile, set, settings } = argv
  const base = { recording, from, to, profile, set, settings }
  const compared = await compareAudits(sideOf(a, base), sideOf(b, base))
  const out = argv.out ?? defaultOut(compared.recording, 'compare')
  await writeFolder(out, compared.files)
  if (argv.json) {
    const symbols = compared.symbols.map(({ symbol, differences }) => [symbol, differences])
    printJson({ kind: 'compare', out, symbols: Object.fromEntries(symbols) })
    return
  }
  for (const text of verdictLines(compared)) print(text)
  print(`written to ${join(out, 'compare.md')}`)
}

async function runVerify(argv: Argv, path: string): Promise<void> {
  const result = await verifyReport(path, argv.recording)
  if (result.differences.length > 0) process.exitCode = 1
  if (argv.json) printJson({ ...result, ok: result.differences.length === 0 })
  else for (const text of verifyLines(result)) print(text)
}

function* verifyLines({ command, comparedFiles, differences }: VerifyResult): Generator<string> {
  yield command
  for (const { file, line, recorded, computed } of differences) {
    yield `${file} differs from line ${line} on`
    yield `  recorded ${shortened(recorded)}`
    yield `  computed ${shortened(computed)}`
  }
  if (differences.length === 0) yield `${count(comparedFiles.length)} files are the same`
}

const TEXT_MAX = 160

const shortened = (text: string): string =>
  text.length > TEXT_MAX ? `${text.slice(0, TEXT_MAX)}…` : text
