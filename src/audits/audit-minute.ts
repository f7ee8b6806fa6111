/** A minute closes: what stood before it is judged by its bar, then the zones after it are taken. */
import type { RatedMinute } from '../engines/calibration/hazard.ts'
import type { AuditBar, MinuteFact } from './audit-input.ts'
import { fixedAt, isCounted } from './audit-liquidation.ts'
import { type Audit, type LayerTrack, type MinuteRow, SIDES } from './audit-state.ts'
import { closeHazardMinute } from './hazard-track.ts'
import { massBetween, takeZones } from './layer-track.ts'
import { noteMinuteHealth } from './minute-health.ts'
import { shiftEvents } from './shifted-events.ts'
import { type StandingZones, zonesWithin } from './standing-zones.ts'
import type { AuditSide, PerSide } from './view-figures.ts'
import { sumMinute } from './zone-sums.ts'
import { isNear, touchZones } from './zone-touches.ts'

export function onMinute(audit: Audit, fact: MinuteFact): void {
  const { rows } = audit
  const { bar, minute } = fact
  const counted = isCounted(audit, fact.seq)
  const before = rows.at(-1)
  const closeBeforeUsd = before?.bar.closeUsd ?? bar.closeUsd
  const scored = passMinute(audit, minute, before?.minute, counted)
  const open = audit.events.slice(audit.openFrom)
  for (const event of open) event.minute = minute
  audit.openFrom = audit.events.length
  if ((fact.gapCount ?? 0) > 0) audit.gapMinutes.add(minute)
  judgeZones(audit, minute, bar)
  judgeSweeps(audit, minute, bar, counted)
  const rated = fact.rated ?? countedMinute(audit, minute, scored)
  const row = rowOf(audit, fact, { closeBeforeUsd, counted, scored: rated.scored })
  closeHazards(audit, fact, row, rated)
  rows.push(row)
  noteMinuteHealth(audit, fact, counted)
  takeLayers(audit, fact, counted)
  audit.openMinute = Math.max(minute + 1, Math.floor(fact.timeS / 60))
  if (counted) {
    audit.countedMinutes += 1
    sumMinute(audit, bar.closeUsd, fact.timeS, fixedOf(audit))
    noteStrongest(audit, row)
  }
  shiftEvents(audit)
}

/** Longer than this between closes is a hole. Unit: minutes. */
const PAUSE_MAX = 2
/** As the calibrator’s defaults, where no settings say it. Unit: minutes. */
const COLD_MINUTES = 240
const HOLE_MINUTES = 5

/** Whether scores count the minute: the rule of the standard model. */
function passMinute(
  audit: Audit,
  minute: number,
  lastMinute: number | undefined,
  counted: boolean,
): boolean {
  const { coldMinutes, holeMinutes } = audit.options.standard?.settings.calibrator ?? {
    coldMinutes: COLD_MINUTES,
    holeMinutes: HOLE_MINUTES,
  }
  if (lastMinute !== undefined && minute - lastMinute > PAUSE_MAX) {
    audit.sinceHoleCount = 0
    if (counted) audit.health.holes.push({ fromMinute: lastMinute + 1, toMinute: minute - 1 })
  }
  const isWarm = audit.closedCount >= coldMinutes && audit.sinceHoleCount >= holeMinutes
  audit.closedCount += 1
  audit.sinceHoleCount += 1
  return isWarm
}

function judgeZones(audit: Audit, minute: number, bar: AuditBar): void {
  const { plan, options, gapMinutes, layers } = audit
  const tolerance = plan.tolerances[plan.headlineTolerance] ?? 0
  for (const side of SIDES) {
    const touching = {
      minute,
      bar,
      overGap: gapMinutes.has(minute),
      liquidationsUsd: pricesOf(audit, minute, side),
      tolerance,
    }
    for (const { sides } of layers) touchZones(sides[side], touching, options.settings)
  }
}

/** Prices of the admitted liquidations of a minute that has just ended. */
function pricesOf({ events }: Audit, minute: number, side: AuditSide): readonly number[] {
  const prices: number[] = []
  for (let index = events.length - 1; index >= 0; index -= 1) {
    const event = events[index]
    if (event === undefined || event.minute < minute) break
    if (event.side === side) prices.push(event.priceUsd)
  }
  return prices
}

function judgeSweeps(audit: Audit, minute: number, bar: AuditBar, counted: boolean): void {
  const { openSweeps, health, plan, gapMinutes } = audit
  const tolerance = plan.tolerances[plan.headlineTolerance] ?? 0
  if (counted) {
    for (const fact of openSweeps) {
      const stretch = {
        lowUsd: fact.orderLowUsd ?? fact.priceUsd,
        highUsd: fact.orderHighUsd ?? fact.priceUsd,
      }
      const edgeUsd =
        fact.side === 'long' ? (fact.lowUsd ?? fact.priceUsd) : (fact.highUsd ?? fact.priceUsd)
      const isCrossed = fact.side === 'long' ? bar.lowUsd <= edgeUsd : bar.highUsd >= edgeUsd
      health.sweeps.push({
        fact,
        minute,
        isViolation: !isCrossed,
        isConfirmed: isNear(pricesOf(audit, minute, fact.side), stretch, tolerance),
        overGap: gapMinutes.has(minute),
      })
    }
  }
  openSweeps.length = 0
}

/** Above it an order counts no more in the score by notional. Unit: USD. */
const NOTIONAL_CAP_USD = 50_000

/** What happened, where no model has rated the minute. */
function countedMinute(audit: Audit, minute: number, scored: boolean): RatedMinute {
  const open = {
    long: { rate: 0, count: 0, cappedUsd: 0 },
    short: { rate: 0, count: 0, cappedUsd: 0 },
  }
  for (let index = audit.events.length - 1; index >= 0; index -= 1) {
    const event = audit.events[index]
    if (event === undefined || event.minute < minute) break
    open[event.side].count += 1
    open[event.side].cappedUsd += Math.min(NOTIONAL_CAP_USD, event.notionalUsd)
  }
  return { minute, scored, ...open }
}

function rowOf(
  audit: Audit,
  fact: MinuteFact,
  given: Pick<MinuteRow, 'closeBeforeUsd' | 'counted' | 'scored'>,
): MinuteRow {
  const { buyBase, sellBase, projections = [] } = fact
  const { disabledTiers } = audit.options
  const traded = buyBase + sellBase
  return {
    minute: fact.minute,
    bar: { ...fact.bar },
    ...given,
    buyShare: traded > 0 ? buyBase / traded : undefined,
    oiChange: fact.oiChange,
    oiReplyCount: fact.oiReplyCount,
    tradeCount: fact.tradeCount,
    fallbackUsed: fact.fallbackUsed ?? false,
    bookStale: fact.bookStale ?? false,
    bookCheck: fact.bookCheck,
    barSource: fact.barSource ?? '',
    allDisabled:
      projections.length > 0 &&
      projections.every(({ tier }) => tier !== undefined && disabledTiers.includes(tier)),
    zones: keptZones(audit, fact.minute, given),
    expected: 0,
    observed: 0,
    strongest: { long: [], short: [] },
  }
}

/** What stood at the start of the minute, to match other minutes' events with. */
function keptZones(
  audit: Audit,
  minute: number,
  { closeBeforeUsd, scored }: { readonly closeBeforeUsd: number; readonly scored: boolean },
): readonly PerSide<StandingZones>[] | undefined {
  if (!scored || minute % audit.poolStride !== 0) return undefined
  const { matchPoolMax, bandFraction } = audit.options.settings
  const { rows, plan, layers } = audit
  if (audit.poolCount >= matchPoolMax) {
    audit.poolStride *= 2
    for (const row of rows) {
      if (row.zones === undefined || row.minute % audit.poolStride === 0) continue
      row.zones = undefined
      audit.poolCount -= 1
    }
    if (minute % audit.poolStride !== 0) return undefined
  }
  audit.poolCount += 1
  const reach = bandFraction + (plan.tolerances.at(-1) ?? 0)
  const [lowUsd, highUsd] = [closeBeforeUsd * (1 - reach), closeBeforeUsd * (1 + reach)]
  return layers.map(({ sides }) => ({
    long: zonesWithin(sides.long.standing, lowUsd, highUsd),
    short: zonesWithin(sides.short.standing, lowUsd, highUsd),
  }))
}

function closeHazards(audit: Audit, fact: MinuteFact, row: MinuteRow, rated: RatedMinute): void {
  const { bar, minute } = fact
  const { layers, options, plan } = audit
  const { closeBeforeUsd, counted } = row
  const massesUsd = layers.map(({ sides }, place) => {
    const unitUsd = options.layers[place]?.strengthUsd ?? 1
    return {
      long: unitUsd * massBetween(sides.long, bar.lowUsd, closeBeforeUsd),
      short: unitUsd * massBetween(sides.short, closeBeforeUsd, bar.highUsd),
    }
  })
  const ratedLayers = closeHazardMinute(
    audit.hazard,
    {
      bar: {
        minute,
        highUsd: bar.highUsd,
        lowUsd: bar.lowUsd,
        closeUsd: bar.closeUsd,
        tradedBase: fact.buyBase + fact.sellBase,
        oiChangeBase: fact.oiChange,
      },
      rated,
      hasRates: fact.rated !== undefined,
      closeBeforeUsd,
      massesUsd,
      counted,
      block: Math.floor(minute / options.settings.blockMinutes),
    },
    layers.map(({ name }) => name),
  )
  const headline = fact.rated ?? ratedLayers[plan.headlineLayer]
  row.expected = (headline?.long.rate ?? 0) + (headline?.short.rate ?? 0)
  row.observed = rated.long.count + rated.short.count
}

function takeLayers(audit: Audit, fact: MinuteFact, counted: boolean): void {
  const openMinute = Math.max(fact.minute + 1, Math.floor(fact.timeS / 60))
  for (const { name, sides } of audit.layers) {
    const columns = fact.zonesOf(name)
    const share = name === 'map' ? audit.options.settings.levelShareMin : 0
    const strengthMin =
      share * Math.max(greatest(columns.long.strengths), greatest(columns.short.strengths))
    for (const side of SIDES) {
      takeZones(sides[side], {
        columns: columns[side],
        strengthMin,
        seq: fact.seq,
        timeS: fact.timeS,
        openMinute,
        counted,
      })
    }
  }
}

function greatest(values: ArrayLike<number>): number {
  let most = 0
  for (let index = 0; index < values.length; index += 1) most = Math.max(most, values[index] ?? 0)
  return most
}

const fixedOf = (audit: Audit) => (side: AuditSide, age: number) =>
  fixedAt(audit, audit.rows.length, side, age)

/** How many zones a side a picture shows at once. */
const SHOWN = 4

function noteStrongest({ layers, plan }: Audit, row: MinuteRow): void {
  const track: LayerTrack | undefined = layers[plan.headlineLayer]
  if (track === undefined) return
  const strongest = (side: AuditSide) => {
    const { pricesUsd, strengths } = track.sides[side].standing
    const top: { priceUsd: number; strength: number }[] = []
    for (let place = 0; place < pricesUsd.length; place += 1) {
      const strength = strengths[place] ?? 0
      if (top.length === SHOWN && strength <= (top[SHOWN - 1]?.strength ?? 0)) continue
      const after = top.findIndex((zone) => zone.strength < strength)
      top.splice(after < 0 ? top.length : after, 0, { priceUsd: pricesUsd[place] ?? 0, strength })
      if (top.length > SHOWN) top.pop()
    }
    return top
  }
  Object.assign(row.strongest, { long: strongest('long'), short: strongest('short') })
}
