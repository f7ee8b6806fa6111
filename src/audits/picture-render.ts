/** Series to draw, thinned to about as many places in time as a picture has pixels. */
import { type AuditedEvent, cellOf, type MinuteRow, SIDES } from './audit-state.ts'
import type { PicturesView, ZonePoint } from './audit-view.ts'
import type { RenderContext } from './hit-cells.ts'
import { deeperOf } from './miss-render.ts'

export function picturesView(context: RenderContext): PicturesView {
  const { audit } = context
  const rows = audit.rows.filter(({ counted }) => counted)
  const { picturePoints } = audit.options.settings
  const spanMinutes = (rows.at(-1)?.minute ?? 0) - (rows[0]?.minute ?? 0) + 1
  const minutesPerPoint = Math.max(1, Math.ceil(spanMinutes / picturePoints))
  const places = byPlace(rows, minutesPerPoint)
  return {
    minutesPerPoint,
    bars: places.map((place) => barOf(context, place)),
    zones: places.flatMap(zonesOf),
    liquidations: liquidationsOf(context, minutesPerPoint),
    tiers: audit.health.tiers,
    weights: thinned(audit.health.weights, picturePoints),
    observed: places.flatMap(observedOf),
    missBins: missBins(context),
  }
}

/** Rows of the same place in time; never empty. */
type Place = readonly [MinuteRow, ...MinuteRow[]]

function byPlace(rows: readonly MinuteRow[], minutesPerPoint: number): readonly Place[] {
  const places = new Map<number, [MinuteRow, ...MinuteRow[]]>()
  for (const row of rows) {
    const key = Math.floor(row.minute / minutesPerPoint)
    const place = places.get(key)
    if (place === undefined) places.set(key, [row])
    else place.push(row)
  }
  return [...places.values()]
}

const lastOf = (place: Place): MinuteRow => place.at(-1) ?? place[0]

function barOf({ audit }: RenderContext, place: Place) {
  return {
    minute: place[0].minute,
    openUsd: place[0].bar.openUsd,
    highUsd: Math.max(...place.map(({ bar }) => bar.highUsd)),
    lowUsd: Math.min(...place.map(({ bar }) => bar.lowUsd)),
    closeUsd: lastOf(place).bar.closeUsd,
    overGap: place.some(({ minute }) => audit.gapMinutes.has(minute)),
  }
}

function zonesOf(place: Place): readonly ZonePoint[] {
  const { strongest } = lastOf(place)
  const all = [...strongest.long, ...strongest.short]
  const most = Math.max(...all.map(({ strength }) => strength))
  return SIDES.flatMap((side) =>
    strongest[side].map(({ priceUsd, strength }) => ({
      minute: place[0].minute,
      side,
      priceUsd,
      strength: most > 0 ? strength / most : 0,
    })),
  )
}

function observedOf(place: Place) {
  const scored = place.filter((row) => row.scored)
  if (scored.length === 0) return []
  return [
    {
      minute: place[0].minute,
      expected: scored.reduce((sum, { expected }) => sum + expected, 0),
      observed: scored.reduce((sum, { observed }) => sum + observed, 0),
    },
  ]
}

function liquidationsOf(context: RenderContext, minutesPerPoint: number) {
  const { audit, events } = context
  const { plan } = audit
  const cell = cellOf(audit, plan.headlineLayer, plan.headlineAge)
  const tolerance = plan.tolerances[plan.headlineTolerance] ?? 0
  const largest = new Map<string, AuditedEvent>()
  for (const event of events) {
    const key = `${Math.floor(event.minute / minutesPerPoint)} ${event.side}`
    const known = largest.get(key)
    if (known === undefined || event.notionalUsd > known.notionalUsd) largest.set(key, event)
  }
  return [...largest.values()].map(({ seq, timeS, side, priceUsd, notionalUsd, distances }) => ({
    seq,
    timeS,
    side,
    priceUsd,
    notionalUsd,
    isHit: (distances[cell] ?? Number.POSITIVE_INFINITY) <= tolerance,
  }))
}

/** About `count` of them, the last among them. */
function thinned<T>(values: readonly T[], count: number): readonly T[] {
  const every = Math.max(1, Math.ceil(values.length / count))
  return values.filter((_, index) => index % every === 0 || index === values.length - 1)
}

/** Share of price; the bins at the ends hold the rest too. */
const MISS_MAX = 0.01
const BIN_COUNT = 40

function missBins({ audit, events }: RenderContext): PicturesView['missBins'] {
  const layer = audit.plan.headlineLayer
  const width = (2 * MISS_MAX) / BIN_COUNT
  const bins = Array.from({ length: BIN_COUNT }, (_, index) => ({
    fromFraction: (index - BIN_COUNT / 2) * width,
    toFraction: (index + 1 - BIN_COUNT / 2) * width,
    long: 0,
    short: 0,
  }))
  for (const { side, priceUsd, nearestUsd } of events) {
    const zoneUsd = nearestUsd[layer] ?? Number.NaN
    if (Number.isNaN(zoneUsd)) continue
    const deeper = deeperOf(side, (priceUsd - zoneUsd) / priceUsd)
    const place = Math.floor(deeper / width) + BIN_COUNT / 2
    const bin = bins[Math.max(0, Math.min(BIN_COUNT - 1, place))]
    if (bin !== undefined) bin[side] += 1
  }
  return bins
}
