/** Findings about what was predicted. */
import type { AuditOptions } from './audit-options.ts'
import type { AuditView, Finding } from './audit-view.ts'
import { defined } from './defined.ts'
import { figureFields, isLayerName, plural, sentence, wordOf } from './finding-text.ts'
import { headlineCellOf } from './headline.ts'
import { between, fixed, percent, signed, whole } from './number-text.ts'
import type { HazardRow } from './view-hazard.ts'
import type { LayerView } from './view-hits.ts'

export type Judged = Omit<AuditView, 'findings'>

export function sweepViolation({ sweeps }: Judged): Finding {
  const count = sweeps.reduce((sum, { violationCount }) => sum + violationCount, 0)
  const total = sweeps.reduce((sum, row) => sum + row.count, 0)
  return {
    name: 'sweepViolation',
    severity: count > 0 ? 'fail' : 'pass',
    value: count,
    limit: 0,
    sampleCount: total,
    text:
      count === 0
        ? `Price went through all ${plural(total, 'place')} that were counted as swept.`
        : `${plural(count, 'sweep')} of ${whole(total)} happened in a minute whose bar never reached it.`,
    seqs: sweeps.flatMap(({ violationSeqs }) => violationSeqs),
  }
}

export function conservation(view: Judged): Finding {
  const rows = view.conservation
  const broken = rows.filter(({ difference, untold }) => difference !== 0 || untold !== 0)
  const sum = broken.reduce((total, row) => total + Math.abs(row.difference) + row.untold, 0)
  const layers = broken
    .map(
      ({ layer, difference }) =>
        `${isLayerName(layer) ? wordOf(layer) : layer} ${signed(difference, 0)}`,
    )
    .join(', ')
  return {
    name: 'conservation',
    severity: broken.length > 0 ? 'fail' : rows.length > 0 ? 'pass' : 'info',
    value: sum,
    limit: 0,
    text:
      rows.length === 0
        ? 'No layer counts its zones, so that none could be checked for lost ones.'
        : broken.length === 0
          ? `Every zone created is alive or has a known end, in ${plural(rows.length, 'layer')}.`
          : `Zones created and zones accounted for differ: ${layers}.`,
  }
}

export function disabledTiers(view: Judged): Finding {
  const { checks, contaminatedCount, eventCount, tiers } = view.disabledTiers
  const failed = checks.filter(({ verdict }) => verdict === 'fail')
  const warned = checks.some(({ verdict }) => verdict === 'warn')
  const seqs = [...new Set(failed.flatMap((check) => check.seqs))]
  const landed = `${plural(eventCount, 'event')} landed on disabled tiers (${tiers.map((tier) => `${tier}x`).join(', ')}), ${whole(contaminatedCount)} of them of another contract or at an impossible price`
  const names = failed.map(({ check }) => check).join(', ')
  return {
    name: 'disabledTiers',
    severity: failed.length > 0 ? 'fail' : warned ? 'warn' : 'pass',
    value: eventCount,
    limit: 0,
    text:
      tiers.length === 0
        ? 'No tier is disabled.'
        : failed.length > 0
          ? `${names} failed: ${landed}.`
          : eventCount === 0
            ? `Nothing landed on disabled tiers (${tiers.map((tier) => `${tier}x`).join(', ')}).`
            : `${landed}.`,
    seqs,
  }
}

export function ofHeadline(
  view: Judged,
  layer: LayerView,
  options: AuditOptions,
): readonly Finding[] {
  return [
    wrongSide(layer),
    skill(view, layer),
    zoneGaps(view, layer),
    fixedLevels(view, layer, options),
  ]
}

const WRONG_SIDE_MAX = 0.3
const GAPS_MAX = 0.3

function wrongSide({ layer, wrongSideRate }: LayerView): Finding {
  const { value = 0 } = wrongSideRate
  return {
    name: 'wrongSide',
    severity: wrongSideRate.value === undefined ? 'info' : value > WRONG_SIDE_MAX ? 'fail' : 'pass',
    ...figureFields(wrongSideRate),
    limit: WRONG_SIDE_MAX,
    text: `Of events with any of ${wordOf(layer)}, ${percent(value)} had them on the other side only.`,
  }
}

/** Less skill than this is hardly worth having. */
const SKILL_WARN = 0.03

const SKILL_WORDS = {
  fail: ': that may be chance',
  warn: ': more than chance, and hardly worth having',
  pass: '',
} as const

const points = (fraction: number): string => signed(100 * fraction, 1)

function skill(view: Judged, layer: LayerView): Finding {
  const figure = headlineCellOf(view, layer)?.skill
  const name = 'skill'
  const { value, interval } = figure ?? {}
  if (figure === undefined || value === undefined || interval === undefined) {
    const text = `Too little data to compare ${wordOf(layer.layer)} with matched minutes.`
    return { name, severity: 'info', limit: 0, text }
  }
  const severity = interval.low <= 0 ? 'fail' : value < SKILL_WARN ? 'warn' : 'pass'
  return {
    name,
    severity,
    ...figureFields(figure),
    limit: severity === 'warn' ? SKILL_WARN : 0,
    text: `The hit rate of ${wordOf(layer.layer)} is ${points(value)} points over that of the same events in matched minutes${between(interval, points)}${SKILL_WORDS[severity]}.`,
  }
}

function zoneGaps(view: Judged, layer: LayerView): Finding {
  const figure = headlineCellOf(view, layer)?.gapRate
  const value = figure?.value
  return {
    name: 'zoneGaps',
    severity: value === undefined ? 'info' : value > GAPS_MAX ? 'warn' : 'pass',
    ...(figure === undefined ? {} : figureFields(figure)),
    limit: GAPS_MAX,
    text: `${percent(value ?? 0)} of events found nothing of ${wordOf(layer.layer)} on their side.`,
  }
}

function fixedLevels(view: Judged, layer: LayerView, { settings }: AuditOptions): Finding {
  const fixedRow = view.layers.find((row) => row.layer === 'fixedLevels')
  const ours = headlineCellOf(view, layer)?.hitRate
  const theirs = fixedRow === undefined ? undefined : headlineCellOf(view, fixedRow)?.hitRate.value
  return {
    name: 'fixedLevels',
    severity: 'info',
    ...(ours === undefined ? {} : figureFields(ours)),
    ...defined({ limit: theirs }),
    text: `${sentence(wordOf(layer.layer))} hit ${percent(ours?.value ?? 0)} of events, two fixed levels at ${fixed(100 * settings.fixedNear, 2)} and ${percent(settings.fixedFar, 2)} hit ${percent(theirs ?? 0)}: a hit rate is no evidence.`,
  }
}

export function hazardLead({ hazard, profile }: Judged): Finding {
  const rival = hazard.rows.find(({ name }) => name === 'adverseMove')
  const ours = hazard.rows.find(({ isHeadline }) => isHeadline)
  const lead = rival?.headlineLead
  const name = 'hazardLead'
  if (lead?.interval === undefined || ours === undefined) {
    return { name, severity: 'info', limit: 0, text: 'Too little data to score hazards.' }
  }
  const { value, interval } = lead
  const loses = interval.low <= 0
  return {
    name,
    severity: loses ? (profile === 'standard' ? 'fail' : 'info') : 'pass',
    value,
    ...interval,
    limit: 0,
    sampleCount: ours.eventCount,
    text: `The lead of ${hazardWord(ours.name)} over the adverse move is ${nats(value)} nats an event${between(interval, nats)}.`,
  }
}

const nats = (value: number): string => signed(value, 2)

const RATIO_WARN = { low: 0.7, high: 1.4 }
const RATIO_FAIL = { low: 0.5, high: 2 }

export function ratio({ hazard }: Judged): Finding {
  const row = hazard.rows.find(({ isHeadline }) => isHeadline)
  const figure = row?.predictedOverObserved
  const value = figure?.value
  const name = 'predictedOverObserved'
  if (figure === undefined || value === undefined) {
    return { name, severity: 'info', text: 'No scored minute had a liquidation.' }
  }
  const isOutside = ({ low, high }: typeof RATIO_WARN) => value < low || value > high
  const severity = isOutside(RATIO_FAIL) ? 'fail' : isOutside(RATIO_WARN) ? 'warn' : 'pass'
  const bounds = severity === 'fail' ? RATIO_FAIL : RATIO_WARN
  return {
    name,
    severity,
    ...figureFields(figure),
    limit: value < 1 ? bounds.low : bounds.high,
    text: `${sentence(hazardWord(row?.name))} expected ${fixed(value, 2)} times the liquidations that came.`,
  }
}

const hazardWord = (name: HazardRow['name'] | undefined): string =>
  name === undefined || !isLayerName(name) ? 'the standard model' : wordOf(name)
