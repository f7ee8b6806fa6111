/** `report --verify FILE`: runs the command in the head of a report again, and compares. */
import { readFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { RecorderError } from '../base/errors.ts'
import { REPORT_KINDS, type ReportFile, type ReportKind } from '../reports/report.ts'
import { auditRecording } from './report-audit.ts'
import { parseFlags, type ReportFlags, shellWords } from './report-command.ts'
import { compareFiles } from './report-compare.ts'
import { reportFiles, viewsOf } from './report-write.ts'

export interface VerifyResult {
  readonly file: string
  readonly command: string
  readonly comparedFiles: readonly string[]
  readonly differences: readonly Difference[]
}

export interface Difference {
  readonly file: string
  /** From 1; 0 when the file is not there, or not made any more. */
  readonly line: number
  readonly recorded: string
  readonly computed: string
}

/** `recording`: where it lies now, if not under its name. */
export async function verifyReport(
  path: string,
  recording: string | undefined,
): Promise<VerifyResult> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new RecorderError('FILE_UNREADABLE', `${path} cannot be read`, { cause })
  })
  const command = commandIn(text)
  if (command === undefined) {
    throw new RecorderError('USAGE', `${path} is no report: its head names no command`)
  }
  const files = await filesOf(command, recording)
  const wanted = basename(path)
  if (!files.some(({ name }) => name === wanted)) {
    const names = files.map(({ name }) => name).filter((name) => !name.includes('/'))
    throw new RecorderError('USAGE', `${path} must be named as it was made: ${names.join(', ')}`)
  }
  const differences: Difference[] = []
  const compared: string[] = []
  for (const { name, text: computed } of files) {
    const recorded = await readFile(join(dirname(path), name), 'utf8').catch(() => undefined)
    // One file alone may have been kept; what stands beside it is compared too.
    if (recorded === undefined) continue
    compared.push(name)
    const difference = firstDifference(name, recorded, computed)
    if (difference !== undefined) differences.push(difference)
  }
  return { file: path, command, comparedFiles: compared, differences }
}

const commandIn = (text: string): string | undefined => {
  const inTwin = /^ {2}"command": (".*"),$/m.exec(text)?.[1]
  if (inTwin !== undefined) return String(JSON.parse(inTwin))
  return /^\| made with \| `(.*)` \|$/m.exec(text)?.[1]?.replaceAll('\\|', '|')
}

async function filesOf(
  command: string,
  recording: string | undefined,
): Promise<readonly ReportFile[]> {
  const [program, verb, kind, ...words] = shellWords(command)
  if (program !== 'moonreplay' || verb !== 'report') {
    throw new RecorderError('USAGE', `the command in its head is no report: ${command}`)
  }
  const placed = (flags: ReportFlags): ReportFlags =>
    recording === undefined ? flags : { ...flags, recording }
  if (kind === '--compare') {
    const [a = '', b = ''] = words
    return await compareFiles(placed(parseFlags(shellWords(a))), placed(parseFlags(shellWords(b))))
  }
  const known = REPORT_KINDS.find((candidate): candidate is ReportKind => candidate === kind)
  if (known === undefined) throw new RecorderError('USAGE', `there is no report ${kind}`)
  const audited = await auditRecording(placed(parseFlags(words)))
  return reportFiles(known, audited, viewsOf(audited))
}

function firstDifference(file: string, recorded: string, computed: string): Difference | undefined {
  if (recorded === computed) return undefined
  const [ours, theirs] = [computed.split('\n'), recorded.split('\n')]
  let at = 0
  while (ours[at] === theirs[at]) at += 1
  return { file, line: at + 1, recorded: theirs[at] ?? '', computed: ours[at] ?? '' }
}
