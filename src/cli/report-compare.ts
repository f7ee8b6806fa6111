/** `report --compare A B`: audits both sides, then draws their differences. */
import { renderAudit } from '../audits/audit-render.ts'
import { RecorderError } from '../base/errors.ts'
import { type ComparedSymbol, compareVerdict, renderCompare } from '../reports/compare.ts'
import { differencesOf } from '../reports/compare-figures.ts'
import type { ReportFile } from '../reports/report.ts'
import { codeVersion } from '../runtime/about.ts'
import { type Audited, auditRecording } from './report-audit.ts'
import { flagsOf, parseFlags, quoted, type ReportFlags, shellWords } from './report-command.ts'
import { headOf } from './report-write.ts'

/**
 * One side as a user names it: a profile, a settings file that ends in `.json`, or flags in quotes.
 * They are laid over `base`, the flags outside.
 * @throws {RecorderError} `USAGE`
 */
export function sideOf(text: string, base: ReportFlags): ReportFlags {
  if (text === 'standard' || text === 'reference') return { ...base, profile: text }
  if (text.endsWith('.json') && !text.startsWith('--')) return { ...base, settings: text }
  const { set = [], ...flags } = parseFlags(shellWords(text))
  return { ...base, ...flags, set: [...(base.set ?? []), ...set] }
}

export interface Compared {
  readonly files: readonly ReportFile[]
  readonly recording: string
  readonly symbols: readonly ComparedSymbol[]
}

export async function compareAudits(a: ReportFlags, b: ReportFlags): Promise<Compared> {
  const auditedA = await auditRecording(a)
  const auditedB = await auditRecording(b)
  const symbols = comparedSymbols(auditedA, auditedB)
  if (symbols.length === 0) {
    throw new RecorderError('USAGE', 'the two sides have no symbol in common: nothing to compare')
  }
  const [flagsA, flagsB] = [flagsOf(auditedA.subject), flagsOf(auditedB.subject)]
  const command = `moonreplay report --compare ${quoted(flagsA)} ${quoted(flagsB)}`
  const files = renderCompare({
    command,
    codeVersion,
    a: { head: headOf(auditedA, `moonreplay report full ${flagsA}`), flags: flagsA },
    b: { head: headOf(auditedB, `moonreplay report full ${flagsB}`), flags: flagsB },
    paired: isPaired(auditedA, auditedB),
    symbols,
  })
  return { files, recording: auditedA.subject.recording, symbols }
}

export const compareFiles = async (
  a: ReportFlags,
  b: ReportFlags,
): Promise<readonly ReportFile[]> => (await compareAudits(a, b)).files

/** Blocks are those of the same market only when range and recording are the same. */
function isPaired(a: Audited, b: Audited): boolean {
  return (
    a.recordingDigest === b.recordingDigest &&
    a.subject.fromSeq === b.subject.fromSeq &&
    a.subject.toSeq === b.subject.toSeq
  )
}

function comparedSymbols(a: Audited, b: Audited): readonly ComparedSymbol[] {
  const paired = isPaired(a, b)
  return [...a.audits].flatMap(([symbol, auditA]) => {
    const auditB = b.audits.get(symbol)
    if (auditB === undefined) return []
    const differences = differencesOf(auditA, auditB, paired)
    return [{ symbol, a: renderAudit(auditA), b: renderAudit(auditB), differences }]
  })
}

/** One line a symbol. */
export const verdictLines = ({ symbols }: Compared): readonly string[] =>
  symbols.map(({ symbol, differences }) => `${symbol}: ${compareVerdict(differences)}`)
