/** `report disabled-tiers`. */
import type { AuditView } from '../audits/audit-view.ts'
import { percent, signed, whole } from '../audits/number-text.ts'
import { MARKS_EXPLAINED } from './figures.ts'
import { findingsOf, findingsTable } from './findings-table.ts'
import { pictured } from './pictures.ts'
import type { Body, ReportSymbol } from './report.ts'
import { rejectedSection } from './section-health.ts'
import { tierTable } from './section-misses.ts'
import { checkTable, offendersBySymbol, offenderTable } from './section-tiers.ts'

export function disabledTiersBody({ view }: ReportSymbol): Body {
  return [
    ...tierVerdict(view),
    '### Checks',
    checkTable(view),
    ...offenderSection(view),
    '### Findings',
    findingsTable(findingsOf('disabled-tiers', view)),
    '### Rejected liquidations',
    ...rejectedSection(view),
    ...offsetSection(view),
    pictured('weights', view),
  ]
}

const listed = (tiers: readonly number[]): string => tiers.map((tier) => `${tier}x`).join(', ')

export function tierVerdict(view: AuditView): readonly string[] {
  const { tiers, checks, eventCount, contaminatedCount, tieCount, missUsd } = view.disabledTiers
  const { rejected } = view
  const failed = checks.filter(({ verdict }) => verdict === 'fail').map(({ check }) => check)
  const kept = rejected.count - rejected.takenByEnginesCount
  const outside =
    kept === 0
      ? ''
      : ` ${whole(kept)} orders were kept out before any engine saw them (${rejected.symbols.map(({ symbol, count }) => `${symbol} ${whole(count)}`).join(', ')}).`
  if (tiers.length === 0 && eventCount === 0) {
    return [
      `**No tier is disabled, and nothing is contaminated.**${outside} A tier whose positions bring no liquidations when price gets there loses its weight by itself; one that price has not reached keeps its prior.`,
    ]
  }
  if (eventCount === 0) {
    const state = failed.length === 0 ? 'nothing leaks' : `but ${failed.join(', ')} failed`
    return [`**${listed(tiers)} disabled: no liquidation landed there, ${state}.**${outside}`]
  }
  const all = contaminatedCount === eventCount
  const headline = all
    ? `All ${whole(eventCount)} liquidations on ${listed(tiers)} are contamination: orders of other contracts, or at impossible prices. The tier was never at fault.`
    : `${whole(eventCount)} liquidations landed on ${listed(tiers)}, ${whole(contaminatedCount)} of them contamination: orders of other contracts, or at impossible prices.`
  return [
    `**${headline}**`,
    `They are ${offendersBySymbol(view)}, and make the tier’s median miss ${signed(missUsd.median ?? 0, 0)} USD, which says how far another coin’s price is from this one’s. ${tieCount === eventCount ? 'All of them' : `${whole(tieCount)} of them`} are ties: at such a price the weight of every tier underflows to 0, the fallback makes all equal, and the first tier of the ladder takes the event. Disabling the tier hides the symptom; matching the symbol exactly removes the cause (\`pipeline.symbolMatch\`, see the \`standard\` profile).${outside}`,
    ...(failed.length === 0 ? [] : [`Failed: ${failed.join(', ')}.${weightNote(view)}`]),
  ]
}

function weightNote({ disabledTiers }: AuditView): string {
  const check = disabledTiers.checks.find((one) => one.check === 'DT2' && one.verdict === 'fail')
  if (check === undefined) return ''
  return ` DT2: after ${whole(check.count)} minute closes or calibrations a disabled tier had a weight, the first by seq ${check.seqs[0] ?? 0}: learning from the tape hands it some, and what it is given is lost to the others.`
}

function offenderSection(view: AuditView): readonly string[] {
  const offenders = offenderTable(view)
  if (offenders === undefined) return []
  const { eventCount, events, checks } = view.disabledTiers
  const part = checks.find(({ check }) => check === 'DT4')?.share
  const shown =
    events.length < eventCount
      ? `The first ${whole(events.length)} of ${whole(eventCount)}`
      : 'Each one'
  return [
    '### Liquidations on disabled tiers',
    `${shown}, named by the sequence of its entry in the journal${part === undefined ? '' : `: ${percent(part, 2)} of all liquidations seen`}. \`moonreplay export --from seq:N --to seq:M\` shows the payload.`,
    offenders,
  ]
}

function offsetSection({ calibrator }: AuditView): readonly string[] {
  const { tierRows, disabledTierRows } = calibrator
  const [enabled, disabled] = [tierTable(tierRows), tierTable(disabledTierRows)]
  if (enabled === undefined && disabled === undefined) return []
  return [
    '### Offsets per tier',
    ...(enabled === undefined ? [] : ['Enabled tiers, liquidations that taught:', enabled]),
    ...(disabled === undefined ? [] : ['Disabled tiers, in no other table:', disabled]),
    MARKS_EXPLAINED,
  ]
}
