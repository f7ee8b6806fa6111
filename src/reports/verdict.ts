/** The answer first: is this map better than its rivals, by how much, and how sure is that? */
import type { AuditView } from '../audits/audit-view.ts'
import { BLOCKS_MIN } from '../audits/block-draws.ts'
import { headlineCellOf, headlineLayerOf } from '../audits/headline.ts'
import { between, fixed, percent, signed, whole } from '../audits/number-text.ts'
import type { HazardRow } from '../audits/view-hazard.ts'
import { exp } from '../base/elementary.ts'
import { inBrackets } from './figures.ts'
import { hazardWord, layerWord, RIVAL_MEANINGS } from './words.ts'

const nats = (value: number): string => signed(value, 2)

type Led = HazardRow & { readonly headlineLead: NonNullable<HazardRow['headlineLead']> }

/** Rivals that the headline can be held against, the strongest first. */
const rivalsOf = ({ hazard }: AuditView): readonly Led[] =>
  hazard.rows
    .filter(
      (row): row is Led =>
        row.isRival && row.name !== 'constant' && row.headlineLead?.interval !== undefined,
    )
    .sort((a, b) => a.headlineLead.value - b.headlineLead.value)

/** In one sentence. */
export function answerOf(view: AuditView): string {
  const ours = view.hazard.rows.find(({ isHeadline }) => isHeadline)
  const rivals = rivalsOf(view)
  return ours?.gain.value === undefined || rivals.length === 0
    ? 'No verdict: too little data.'
    : answer(ours, rivals)
}

/** Paragraphs. */
export function verdict(view: AuditView): readonly string[] {
  const { hazard, liquidations } = view
  const ours = hazard.rows.find(({ isHeadline }) => isHeadline)
  const rivals = rivalsOf(view)
  if (ours?.gain.value === undefined || rivals.length === 0) {
    return [
      `**${answerOf(view)}** ${whole(liquidations.admittedCount)} liquidations came, ${whole(hazard.scoredMinuteCount)} minutes can be scored: the first four hours of a recording only warm up (${whole(hazard.unscoredMinuteCount)} minutes left out), and an interval needs ${BLOCKS_MIN} blocks of two hours. Figures below are what was seen, and no evidence.`,
      hitSentence(view),
    ]
  }
  return [
    `**${answerOf(view)}**`,
    [scoreSentence(ours), ...rivalSentences(rivals), ratioSentence(ours)].join(' '),
    hitSentence(view),
  ]
}

function answer(ours: HazardRow, rivals: readonly Led[]): string {
  const [strongest] = rivals
  const beaten = rivals.filter(({ headlineLead }) => (headlineLead.interval?.low ?? 0) > 0)
  const better = rivals.filter(({ headlineLead }) => (headlineLead.interval?.high ?? 0) < 0)
  const name = hazardWord(ours.name)
  if (strongest === undefined) return ''
  if (beaten.length === rivals.length) {
    return `Yes: the ${name} beats every rival, the strongest (${hazardWord(strongest.name)}) by ${nats(strongest.headlineLead.value)} nats an event${between(strongest.headlineLead.interval, nats)}.`
  }
  const adverse = rivals.find((row) => row.name === 'adverseMove')
  const beatsPath = adverse !== undefined && beaten.includes(adverse)
  const path =
    adverse === undefined
      ? ''
      : beatsPath
        ? `the ${name} tells more than the path of price alone, by ${nats(adverse.headlineLead.value)} nats an event${between(adverse.headlineLead.interval, nats)}`
        : `the ${name} does not tell more than the path of price alone: ${nats(adverse.headlineLead.value)} nats an event${between(adverse.headlineLead.interval, nats)}`
  const word = beatsPath ? 'Partly' : 'No'
  if (better.length > 0) {
    const [best] = better
    return `${word}: ${path}; but ${hazardWord(best?.name ?? strongest.name)} is better than it by ${nats(-(best ?? strongest).headlineLead.value)}${between(negated(best ?? strongest), nats)}.`
  }
  const equal = rivals.filter((row) => !beaten.includes(row))
  const names = equal.map((row) => hazardWord(row.name)).join(', ')
  return beatsPath
    ? `Partly: ${path}; but it cannot be told apart from ${names} (${inBrackets(equal[0]?.headlineLead.value ?? 0, equal[0]?.headlineLead.interval, nats)}).`
    : `No: ${path}.`
}

const negated = ({ headlineLead }: Led) =>
  headlineLead.interval === undefined
    ? undefined
    : { low: -headlineLead.interval.high, high: -headlineLead.interval.low }

/** A gain in nats as a factor is what a trader can picture. */
const scoreSentence = ({ name, gain, eventCount, minuteCount }: HazardRow): string =>
  `Over ${whole(eventCount)} liquidations in ${whole(minuteCount)} scored minutes the ${hazardWord(name)} gains ${fixed(gain.value ?? 0, 2)} nats an event over a constant rate${between(gain.interval, (value) => fixed(value, 2))}: what came was, on average, ${fixed(exp(gain.value ?? 0), 1)} times as likely as at the mean rate.`

const rivalSentences = (rivals: readonly Led[]): readonly string[] =>
  rivals.slice(0, 2).map(({ name, headlineLead }) => {
    const { value, interval } = headlineLead
    const low = interval?.low ?? 0
    const high = interval?.high ?? 0
    const outcome = low > 0 ? 'behind by' : high < 0 ? 'ahead by' : 'not told apart:'
    const shown = high < 0 ? -value : value
    const range = high < 0 && interval !== undefined ? { low: -high, high: -low } : interval
    const meaning = RIVAL_MEANINGS[name]
    const known = meaning === undefined ? '' : ` (${meaning})`
    return `Rival ${hazardWord(name)}${known} is ${outcome} ${nats(shown)}${between(range, nats)}.`
  })

function ratioSentence({ predictedOverObserved }: HazardRow): string {
  const { value, interval } = predictedOverObserved
  if (value === undefined) return ''
  const judged = value >= 0.7 && value <= 1.4 ? 'within' : 'outside'
  return `Predicted ÷ observed is ${fixed(value, 2)}${between(interval, (one) => fixed(one, 2))}, ${judged} 0.7 to 1.4.`
}

/** Hit rates mislead, so they never stand alone. */
export function hitSentence(view: AuditView): string {
  const layer = headlineLayerOf(view)
  const cell = layer === undefined ? undefined : headlineCellOf(view, layer)
  const levels = view.layers.find((row) => row.layer === 'fixedLevels')
  const levelCell = levels === undefined ? undefined : headlineCellOf(view, levels)
  if (cell?.hitRate.value === undefined) return 'No liquidation came, so that nothing can be hit.'
  const { toleranceFraction, minAgeMinutes } = view.headline
  const name = layerWord(view.headline.layer)
  const skill =
    cell.skill.value === undefined || cell.skill.interval === undefined
      ? 'There is too little to compare with matched minutes.'
      : `Against the same events in similar minutes that is ${signed(100 * cell.skill.value, 1)} points${between(cell.skill.interval, (value) => signed(100 * value, 1))}: ${cell.skill.interval.low > 0 ? 'more than chance' : 'not told apart from chance'}.`
  const beside =
    levelCell?.hitRate.value === undefined
      ? ''
      : ` Two fixed levels a side, which predict nothing, hit ${percent(levelCell.hitRate.value)} while covering ${percent(levelCell.coverage.value ?? 0)}.`
  return `Hit rate, for what it is worth: ${percent(cell.hitRate.value)} of liquidations came within ${percent(toleranceFraction, 2)} of a zone at least ${minAgeMinutes} min old (layer: ${name}); these cover ${percent(cell.coverage.value ?? 0)} of the band of ±2 %.${beside} ${skill}`
}
