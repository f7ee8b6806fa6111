/** Replays a recording with the audits listening, and says what the result is of. */
import { createHash } from 'node:crypto'
import type { Audit } from '../audits/audit-state.ts'
import { RecorderError } from '../base/errors.ts'
import { AuditRun } from '../replay/audit-run.ts'
import type { MinuteDigest } from '../replay/digests.ts'
import { openRecording, type Recording, resolveRange, type SeqRange } from '../replay/recording.ts'
import { replay } from '../replay/replay.ts'
import type { Determinism } from '../reports/report.ts'
import { nowUs } from '../runtime/clock.ts'
import { onShutdown } from '../runtime/shutdown.ts'
import { startProgress } from './progress.ts'
import { findRecording } from './recordings.ts'
import type { ReportFlags, ReportSubject } from './report-command.ts'
import { type ReportSettings, reportSettings } from './report-settings.ts'

/** An audit that has been run. */
export interface Audited {
  readonly subject: ReportSubject
  readonly recordingDigest: string
  readonly chosen: ReportSettings
  /** By symbol; those of which no minute of the range has a price are left out. */
  readonly audits: ReadonlyMap<string, Audit>
  readonly determinism: ReadonlyMap<string, Determinism>
  readonly faultCount: number
}

/**
 * Everything before the range is replayed too: engines and scores begin warm.
 * @throws {RecorderError} `RANGE_EMPTY` when no minute with a price closes in the range.
 */
export async function auditRecording(flags: ReportFlags): Promise<Audited> {
  const chosen = await reportSettings(flags)
  const recording = await openRecording(await findRecording(flags.recording))
  const progress = startProgress('auditing', 'entries')
  try {
    const range = await resolveRange(recording, flags.from, flags.to)
    const { settings, audit } = chosen
    const run = new AuditRun({ settings, audit, fromSeq: range.fromSeq })
    const { digests, interrupted } = await replay(recording.reader, {
      settings,
      symbols: recording.symbols,
      fromSeq: 0,
      toSeq: range.toSeq,
      startSeq: 0,
      nowUs,
      onProgress: (seq) => progress.update(seq, range.toSeq),
      listener: run.listener,
      signal: onShutdown(),
    })
    if (interrupted) throw new RecorderError('INTERRUPTED', 'the audit was stopped before its end')
    return await auditedOf(recording, range, chosen, run, digests)
  } finally {
    progress.end()
    await recording.reader.close()
  }
}

/** What `run` has heard of a replay of `recording` from its start to the end of `range`. */
export async function auditedOf(
  recording: Recording,
  range: SeqRange,
  chosen: ReportSettings,
  run: AuditRun,
  digests: readonly MinuteDigest[],
): Promise<Audited> {
  const { fromSeq, toSeq } = range
  const heard = [...run.audits()].filter(([, { countedMinutes }]) => countedMinutes > 0)
  // Which symbol came first is no matter of a report.
  const audits = new Map(heard.sort(([a], [b]) => (a < b ? -1 : 1)))
  if (audits.size === 0) {
    throw new RecorderError(
      'RANGE_EMPTY',
      `${recording.name}: no minute with a price closes in seq ${fromSeq} to ${toSeq}: too little data to audit`,
    )
  }
  const { profile, changed } = chosen
  const endSeq = recording.reader.nextSeq
  return {
    subject: { recording: recording.name, fromSeq, toSeq, endSeq, profile, changed },
    recordingDigest: await recording.reader.digest(),
    chosen,
    audits,
    determinism: new Map(
      [...audits.keys()].map((symbol) => [symbol, determinismOf(digests, symbol, fromSeq)]),
    ),
    faultCount: run.faultCount,
  }
}

function determinismOf(
  digests: readonly MinuteDigest[],
  symbol: string,
  fromSeq: number,
): Determinism {
  const own = digests.filter((one) => one.symbol === symbol && one.seq >= fromSeq)
  const hash = createHash('sha256')
  for (const { minute, digest } of own) hash.update(`${minute} ${digest}\n`)
  const last = own.at(-1)
  return {
    minuteCount: own.length,
    ...(last === undefined ? {} : { lastDigest: last.digest }),
    rangeDigest: hash.digest('hex').slice(0, 32),
  }
}
