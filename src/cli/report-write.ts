/** Reports as folders: written whole, or not at all. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { renderAudit } from '../audits/audit-render.ts'
import type { AuditView } from '../audits/audit-view.ts'
import { RecorderError } from '../base/errors.ts'
import { ArtefactFolder } from '../interchange/artefact-folder.ts'
import {
  REPORT_KINDS,
  type ReportFile,
  type ReportHead,
  type ReportKind,
  renderReport,
} from '../reports/report.ts'
import { codeVersion } from '../runtime/about.ts'
import type { Audited } from './report-audit.ts'
import { flagsOf } from './report-command.ts'

const REPORTS_FOLDER = 'reports'

/** Where a report goes unless a folder is given. */
export const defaultOut = (recording: string, kind: string): string =>
  join(REPORTS_FOLDER, `${recording}-${kind}`)

/** What audits say now, by symbol. */
export const viewsOf = ({ audits }: Audited): readonly AuditView[] =>
  [...audits.values()].map(renderAudit)

/** The files of a report of `kind`. */
export function reportFiles(
  kind: ReportKind,
  audited: Audited,
  views: readonly AuditView[],
): readonly ReportFile[] {
  const head = headOf(audited, `moonreplay report ${kind} ${flagsOf(audited.subject)}`)
  const symbols = views.flatMap((view) => {
    const determinism = audited.determinism.get(view.symbol)
    return determinism === undefined ? [] : [{ view, determinism }]
  })
  return renderReport({ kind, head, symbols })
}

export function headOf(
  { subject, recordingDigest, chosen, faultCount }: Audited,
  command: string,
): ReportHead {
  const { recording, fromSeq, toSeq, profile, changed } = subject
  return {
    recording,
    recordingDigest,
    entryCount: toSeq - fromSeq,
    fromSeq,
    toSeq,
    profile,
    changed,
    settings: chosen.flat,
    codeVersion,
    command,
    faultCount,
  }
}

/**
 * Writes each of `kinds` into its own folder under `reports/`; for a command that has replayed
 * already, with the listener of an `AuditRun`.
 * @returns the folders.
 */
export async function writeReports(
  audited: Audited,
  kinds: readonly ReportKind[] = REPORT_KINDS,
): Promise<readonly string[]> {
  const views = viewsOf(audited)
  const folders: string[] = []
  for (const kind of kinds) {
    const out = defaultOut(audited.subject.recording, kind)
    await writeFolder(out, reportFiles(kind, audited, views))
    folders.push(out)
  }
  return folders
}

/** @throws {RecorderError} `USAGE` when `out` holds something that is no report. */
export async function writeFolder(out: string, files: readonly ReportFile[]): Promise<void> {
  await checkOut(out)
  const folder = new ArtefactFolder(out)
  try {
    for (const { name, text } of files) folder.text(name, text)
    folder.commit()
  } catch (error) {
    folder.discard()
    throw error
  }
}

/** A report takes the place of the one before, and of nothing else. */
export async function checkOut(out: string): Promise<void> {
  const names: readonly string[] = await readdir(out).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw new RecorderError('USAGE', `--out ${out} is not a folder: ${error.message}`)
  })
  const isReport = [...REPORT_KINDS, 'compare'].some((kind) => names.includes(`${kind}.md`))
  if (names.length === 0 || isReport) return
  throw new RecorderError('USAGE', `--out ${out} holds something that is no report: choose another`)
}
