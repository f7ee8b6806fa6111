/** One layer of the report, or the row of fixed levels. */
import { type Audit, cellOf, type LayerTrack } from './audit-state.ts'
import { defined } from './defined.ts'
import { fatesOf, reactionQuarters, reactionsOf } from './fate-render.ts'
import { bothSides, isOverGap, type RenderContext, sideHits } from './hit-cells.ts'
import { leadsOf, missesOf } from './miss-render.ts'
import { rateFigure } from './spread.ts'
import type { AuditSide } from './view-figures.ts'
import type { GapCause, LayerView } from './view-hits.ts'

export function layerViews(context: RenderContext): readonly LayerView[] {
  const { layers } = context.audit
  return [...layers, undefined].map((track, layer) => layerView(context, track, layer))
}

function layerView(
  context: RenderContext,
  track: LayerTrack | undefined,
  layer: number,
): LayerView {
  const view: LayerView = {
    layer: track?.name ?? 'fixedLevels',
    isModel: track !== undefined,
    hits: bothSides((side) => sideHits(context, layer, side)),
    miss: missesOf(context, layer),
    lead: leadsOf(context, layer),
    wrongSideRate: wrongSideRate(context, layer),
    gapCauses: gapCauses(context, layer),
  }
  if (track === undefined) return view
  return {
    ...view,
    fates: fatesOf(context, track),
    reaction: reactionsOf(context, track),
    reactionQuarters: reactionQuarters(context, track),
    symmetry: {
      long: symmetryOf(context.audit, track, 'long'),
      short: symmetryOf(context.audit, track, 'short'),
    },
  }
}

/** Zones only on the other side, of events that had any. */
function wrongSideRate(context: RenderContext, layer: number) {
  const { audit, events } = context
  const cell = cellOf(audit, layer, 0)
  const isGap = (distance: number | undefined) => distance === Number.POSITIVE_INFINITY
  const wrong = events.filter(
    ({ distances, otherSide }) => isGap(distances[cell]) && otherSide[layer] === true,
  )
  const own = events.filter(({ distances }) => !isGap(distances[cell]))
  const whole = wrong.length + own.length
  return rateFigure(wrong.length, whole, audit.options.settings, isOverGap(context, events))
}

const CAUSES: readonly GapCause[] = [
  'noContext',
  'allSwept',
  'oiNegative',
  'oiZero',
  'oiBelowThreshold',
  'tierDisabled',
  'noneStood',
]

function gapCauses({ events }: RenderContext, layer: number) {
  return CAUSES.map((cause) => ({
    cause,
    count: events.filter(({ gapCauses: causes }) => causes[layer] === cause).length,
  })).filter(({ count }) => count > 0)
}

function symmetryOf({ countedMinutes }: Audit, { sums }: LayerTrack, side: AuditSide) {
  const { zoneCount, strength, distance, distanceMinutes } = sums[side]
  const minutes = Math.max(1, countedMinutes)
  return {
    zoneCount: zoneCount / minutes,
    strength: strength / minutes,
    ...defined({
      distanceFraction: distanceMinutes > 0 ? distance / distanceMinutes : undefined,
    }),
  }
}
