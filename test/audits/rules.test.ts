/** What an audit counts, rule by rule (`audits.md` §9). */
import { describe, expect, test } from 'vitest'
import { auditEvent, createAudit } from '../../src/audits/audit.ts'
import type {
  AuditEvent,
  CalibratorVerdict,
  LiquidationFact,
  MinuteFact,
  ZoneRemovedFact,
} from '../../src/audits/audit-input.ts'
import type { AuditOptions } from '../../src/audits/audit-options.ts'
import { renderAudit } from '../../src/audits/audit-render.ts'
import type { AuditSettings } from '../../src/audits/audit-settings.ts'
import type { AuditView, FindingName } from '../../src/audits/audit-view.ts'
import type { HitCell, LayerName } from '../../src/audits/view-hits.ts'
import {
  auditOptions,
  bar,
  closeOf,
  columnsOf,
  FIRST_MINUTE,
  liquidation,
} from './made-up-stream.ts'

const M = FIRST_MINUTE
const QUIET = bar(80_000, 80_010, 79_990, 80_000)

/** Events in order, numbered from 1. */
function auditOf(
  events: readonly AuditEvent[],
  settings: Partial<AuditSettings> = {},
  fields: Partial<AuditOptions> = {},
): AuditView {
  const audit = createAudit(auditOptions({ draws: 20, ...settings }, fields))
  for (const [index, event] of events.entries()) auditEvent(audit, { ...event, seq: index + 1 })
  return renderAudit(audit)
}

const close = (
  minute: number,
  long: readonly number[],
  fields: Partial<MinuteFact> = {},
  short: readonly number[] = [],
): MinuteFact => closeOf({ minute, bar: QUIET }, () => columnsOf({ long, short }), fields)

const long = (minute: number, priceUsd: number, fields: Partial<LiquidationFact> = {}) =>
  liquidation('long', priceUsd, minute * 60 + 30, { srcUsd: 80_000, ...fields })

function cell(
  view: AuditView,
  toleranceFraction: number,
  minAgeMinutes: number,
  layer?: LayerName,
) {
  const found = view.layers.find((one) => one.layer === (layer ?? 'combined'))
  return found?.hits.both.cells.find(
    (one) => one.toleranceFraction === toleranceFraction && one.minAgeMinutes === minAgeMinutes,
  ) as HitCell
}

const findingOf = ({ findings }: AuditView, wanted: FindingName) =>
  findings.find(({ name }) => name === wanted)

const counts = ({ hitCount, gapCount, missCount }: HitCell) => [hitCount, gapCount, missCount]

describe('hits', () => {
  test('an event meets only zones that were alive before it', () => {
    const view = auditOf([close(M, []), long(M + 1, 79_600), close(M + 1, [79_600])])
    expect(counts(cell(view, 0.001, 0))).toEqual([0, 1, 0])
  })

  test('an event never meets the zone that its own entry made', () => {
    const audit = createAudit(auditOptions({ draws: 20 }))
    const created = { kind: 'zoneCreated', layer: 'combined', side: 'long', strength: 1 } as const
    auditEvent(audit, { ...close(M, []), seq: 1 })
    auditEvent(audit, { ...created, priceUsd: 79_600, timeS: M * 60, seq: 2 })
    auditEvent(audit, { ...long(M + 1, 79_600), seq: 2 })
    expect(counts(cell(renderAudit(audit), 0.001, 0))).toEqual([0, 1, 0])
    auditEvent(audit, { ...long(M + 1, 79_601), seq: 3 })
    expect(counts(cell(renderAudit(audit), 0.001, 0))).toEqual([1, 1, 0])
  })

  test('a zone younger than the minimum age is none', () => {
    const view = auditOf([
      close(M, [79_600]),
      close(M + 1, [79_600]),
      close(M + 2, [79_600]),
      long(M + 3, 79_600),
    ])
    expect(counts(cell(view, 0.001, 1))).toEqual([1, 0, 0])
    expect(counts(cell(view, 0.001, 5))).toEqual([0, 1, 0])
  })

  test('distances are shares of the price of the event, bounds included', () => {
    const priceUsd = 79_600
    const view = auditOf([close(M, [priceUsd * 1.0025]), long(M + 1, priceUsd)])
    expect(counts(cell(view, 0.001, 0))).toEqual([0, 0, 1])
    expect(counts(cell(view, 0.005, 0))).toEqual([1, 0, 0])
  })

  test('zones of the other side are none, and are counted as wrong', () => {
    const view = auditOf([close(M, [], {}, [79_600]), long(M + 1, 79_600)])
    expect(counts(cell(view, 0.001, 0))).toEqual([0, 1, 0])
    expect(view.layers[0]?.wrongSideRate.value).toBe(1)
  })

  test('rates are weighed by notional where they say so', () => {
    const view = auditOf([
      close(M, [79_600]),
      long(M + 1, 79_600, { notionalUsd: 3000 }),
      long(M + 1, 78_000, { notionalUsd: 1000 }),
    ])
    expect(cell(view, 0.001, 0).hitRate.value).toBe(0.5)
    expect(cell(view, 0.001, 0).notionalHitRate.value).toBe(0.75)
  })

  test('the fixed levels lie beyond the last close, or that of the age ago', () => {
    const moved = closeOf({ minute: M + 1, bar: bar(80_000, 80_000, 79_000, 79_000) }, () =>
      columnsOf({ long: [], short: [] }),
    )
    const view = auditOf([close(M, []), moved, long(M + 2, 79_000 * (1 - 0.004))])
    expect(counts(cell(view, 0.001, 0, 'fixedLevels'))).toEqual([1, 0, 0])
    expect(counts(cell(view, 0.001, 1, 'fixedLevels'))).toEqual([0, 0, 1])
  })

  test('a stretch of orders is hit anywhere within, its trigger is not asked', () => {
    const zone = { pricesUsd: [79_900], strengths: [1] }
    const none = { pricesUsd: [], strengths: [] }
    const columns = { ...zone, orderLowsUsd: [79_000], orderHighsUsd: [79_500] }
    const minute = closeOf({ minute: M, bar: QUIET }, () => ({ long: columns, short: none }))
    const view = auditOf([minute, long(M + 1, 79_200), long(M + 1, 79_900)])
    expect(counts(cell(view, 0.001, 0))).toEqual([1, 0, 1])
    expect(view.layers[0]?.miss.long.signedUsd.p95).toBe(400)
  })

  test('coverage is the share of the band within tolerance of a zone', () => {
    const view = auditOf([close(M, [79_200])], { tolerances: '0.0025,0.01' })
    const wide = (79_200 / 0.99 - 79_200 / 1.01) / 1600
    expect(view.layers[0]?.hits.long.cells[4]?.coverage.value).toBeCloseTo(wide, 12)
  })

  test('lead time runs from the birth of the zone, misses point deeper on both sides', () => {
    const view = auditOf([close(M, [79_600]), close(M + 1, [79_600]), long(M + 2, 79_580)])
    expect(view.layers[0]?.lead.both[0]?.p50S).toBe(90)
    const miss = view.layers[0]?.miss.both
    expect(miss?.signedUsd.median).toBe(-20)
    expect(miss?.deeperUsd.median).toBe(20)
  })

  test('why there was no zone is told from the minute before', () => {
    const causes = (events: readonly AuditEvent[]) =>
      auditOf(events).layers[0]?.gapCauses.map(({ cause }) => cause)
    expect(causes([long(M, 79_600)])).toEqual(['noContext'])
    expect(causes([close(M, [], { oiChange: -1 }), long(M + 1, 79_600)])).toEqual(['oiNegative'])
    expect(causes([close(M, [], { oiChange: 0 }), long(M + 1, 79_600)])).toEqual(['oiZero'])
    const projections = [
      { side: 'long', priceUsd: 1, sizeUsd: 1, confidence: 1, tier: 10 },
    ] as const
    expect(causes([close(M, [], { projections }), long(M + 1, 1e4, { srcUsd: 1e4 })])).toEqual([
      'tierDisabled',
    ])
    expect(causes([close(M, [79_995]), close(M + 1, []), long(M + 2, 79_600)])).toEqual([
      'allSwept',
    ])
  })

  test('open interest is no reason where zones are not inferred from it', () => {
    const events = [close(M, [], { oiChange: -1 }), long(M + 1, 79_600)]
    const causes = (fields: Partial<AuditOptions>) =>
      auditOf(events, {}, fields).layers[0]?.gapCauses
    const none = [{ cause: 'noneStood', count: 1 }]
    expect(causes({ layers: [{ name: 'tape', strengthUsd: 1 }] })).toEqual(none)
    expect(causes({ profile: 'standard' })).toEqual(none)
  })
})

describe('admission', () => {
  test('foreign, insane and repeated orders are named by entry and enter no figure', () => {
    const twice = long(M + 1, 79_600)
    const view = auditOf([
      close(M, [79_600]),
      long(M + 1, 0.03, { orderSymbol: 'PUMPBTCUSDT' }),
      long(M + 1, 60_000),
      twice,
      twice,
      {
        kind: 'refused',
        seq: 0,
        orderSymbol: 'BTCDOMUSDT',
        reason: 'foreign',
        side: 'long',
        priceUsd: 4000,
      },
    ])
    expect(view.rejected.events.map(({ seq, reason }) => [seq, reason])).toEqual([
      [2, 'foreignSymbol'],
      [3, 'priceInsane'],
      [5, 'duplicate'],
      [6, 'foreign'],
    ])
    expect(view.rejected.takenByEnginesCount).toBe(3)
    expect(view.liquidations).toMatchObject({ seenCount: 5, admittedCount: 1, duplicateCount: 1 })
    expect(cell(view, 0.001, 0).eventCount).toBe(1)
  })

  test('what came before the range only warms up', () => {
    const view = auditOf(
      [close(M, [79_600]), long(M + 1, 79_600), close(M + 1, [79_600]), long(M + 2, 79_600)],
      {},
      { fromSeq: 3 },
    )
    expect(view.range).toMatchObject({ minuteCount: 1, warmupMinuteCount: 1, fromSeq: 3 })
    expect(cell(view, 0.001, 1).eventCount).toBe(1)
    expect(cell(view, 0.001, 1).hitCount).toBe(1)
    expect(view.layers[0]?.fates?.both.bornCount).toBe(0)
  })
})

describe('zones', () => {
  test('a zone touched without liquidations is a false positive', () => {
    const dip = bar(80_000, 80_000, 79_500, 79_800)
    const zones = { pricesUsd: [79_000, 79_600], strengths: [3, 1] }
    const none = { pricesUsd: [], strengths: [] }
    const view = auditOf([
      closeOf({ minute: M, bar: QUIET }, () => ({ long: zones, short: none })),
      long(M + 1, 79_650),
      closeOf({ minute: M + 1, bar: dip }, () => ({
        long: { pricesUsd: [79_000], strengths: [3] },
        short: none,
      })),
      closeOf({ minute: M + 2, bar: bar(79_800, 79_800, 78_990, 79_500) }, () =>
        columnsOf({ long: [], short: [] }),
      ),
    ])
    const fates = view.layers[0]?.fates?.both
    expect(fates).toMatchObject({ bornCount: 2, touchedCount: 2, confirmedCount: 1, emptyCount: 1 })
    expect(fates?.falsePositiveRate.value).toBe(0.5)
    expect(fates?.emptyStrengthFraction.value).toBe(0.75)
  })

  test('a zone that goes untouched was never reached; one that stands is waiting', () => {
    const view = auditOf([close(M, [79_000, 78_000]), close(M + 1, [78_000])])
    expect(view.layers[0]?.fates?.both).toMatchObject({ neverReachedCount: 1, waitingCount: 1 })
  })

  test('a reaction needs a later bar, and is of those that were touched', () => {
    const at = (minute: number, ...[o, h, l, c]: readonly [number, number, number, number]) =>
      closeOf({ minute, bar: bar(o, h, l, c) }, () => columnsOf({ long: [], short: [] }))
    const events = [close(M, [79_600]), at(M + 1, 80_000, 80_000, 79_600, 79_700)]
    for (let minute = M + 2; minute < M + 7; minute += 1) {
      events.push(at(minute, 79_700, minute === M + 4 ? 79_800 : 79_700, 79_650, 79_700))
    }
    const pending = auditOf(events.slice(0, 4)).layers[0]?.reaction?.both
    expect(pending).toMatchObject({ touchedCount: 1, pendingCount: 1, reactedCount: 0 })
    const judged = auditOf(events).layers[0]?.reaction?.both
    expect(judged).toMatchObject({ pendingCount: 0, reactedCount: 1, continuedCount: 0 })
  })

  test('a sweep whose bar never crossed it is a violation', () => {
    const swept = (priceUsd: number): ZoneRemovedFact => ({
      kind: 'zoneRemoved',
      seq: 0,
      layer: 'tape',
      side: 'long',
      priceUsd,
      reason: 'swept',
      strength: 5,
    })
    const view = auditOf([
      close(M, []),
      long(M + 1, 79_990),
      swept(79_992),
      swept(79_000),
      close(M + 1, []),
    ])
    expect(view.sweeps).toMatchObject([
      { layer: 'tape', count: 2, violationCount: 1, violationSeqs: [4] },
    ])
    expect(view.sweeps[0]?.confirmedRate.value).toBe(0.5)
    expect(view.findings[0]).toMatchObject({ name: 'sweepViolation', severity: 'fail' })
  })

  test('zones created and zones accounted for must agree', () => {
    const counts = [{ layer: 'zones', created: 5, alive: 1, swept: 2, expired: 1 }]
    const view = auditOf([close(M, [], { counts })])
    expect(view.conservation).toMatchObject([{ difference: 1 }])
    expect(findingOf(view, 'conservation')).toMatchObject({ severity: 'fail', value: 4 })
  })

  test('ends that are counted must have been told one by one', () => {
    const counts = [{ layer: 'zones', created: 3, alive: 1, swept: 1, expired: 1 }]
    const end = (reason: ZoneRemovedFact['reason']): ZoneRemovedFact => ({
      kind: 'zoneRemoved',
      seq: 0,
      layer: 'zones',
      side: 'long',
      priceUsd: 80_000,
      reason,
      strength: 1,
    })
    const told = auditOf([end('swept'), end('expired'), close(M, [], { counts })])
    expect(told.conservation).toMatchObject([{ difference: 0, untold: 0 }])
    expect(findingOf(told, 'conservation')?.severity).toBe('pass')
    const untold = auditOf([end('swept'), close(M, [], { counts })])
    expect(untold.conservation).toMatchObject([{ difference: 0, untold: 1 }])
    expect(findingOf(untold, 'conservation')?.severity).toBe('fail')
  })
})

describe('disabled tiers', () => {
  const verdict = (fields: Partial<CalibratorVerdict>): CalibratorVerdict => ({
    updatesCalibration: false,
    insane: false,
    tierDisabled: true,
    attributedTier: 10,
    ladderSize: 7,
    ...fields,
  })
  const checksOf = (events: readonly AuditEvent[]) =>
    Object.fromEntries(
      auditOf(events).disabledTiers.checks.map(({ check, verdict: said }) => [check, said]),
    )

  test('a tie from underflow fails DT4, and is shown as the contamination it is', () => {
    const foreign = long(M + 1, 0.03, {
      orderSymbol: 'PUMPBTCUSDT',
      verdict: verdict({ insane: true, responsibility: 0.1429, missUsd: -62_000 }),
    })
    const view = auditOf([close(M, []), foreign])
    expect(view.disabledTiers).toMatchObject({
      eventCount: 1,
      contaminatedCount: 1,
      tieCount: 1,
      events: [{ seq: 2, orderSymbol: 'PUMPBTCUSDT', isTie: true }],
    })
    expect(checksOf([close(M, []), foreign])).toMatchObject({ DT4: 'fail', DT5: 'pass' })
    expect(view.calibrator.tierRows).toEqual([])
    expect(view.calibrator.disabledTierRows).toMatchObject([{ tier: 10, count: 1 }])
  })

  test('a real attribution warns, one that teaches fails', () => {
    const real = (fields: Partial<CalibratorVerdict>) => [
      close(M, []),
      long(M + 1, 79_600, { verdict: verdict({ responsibility: 0.9, ...fields }) }),
    ]
    expect(checksOf(real({}))).toMatchObject({ DT4: 'warn', DT5: 'pass' })
    expect(checksOf(real({ learningChanged: true }))).toMatchObject({ DT5: 'fail' })
  })

  test('weights, projections and zones of disabled tiers must not be', () => {
    const projections = [
      { side: 'long', priceUsd: 79_000, sizeUsd: 1, confidence: 0.5, tier: 10 },
    ] as const
    expect(
      checksOf([
        close(M, [], {
          tiers: [10, 20],
          weights: [0.1, 0.9],
          projections,
          tierContributions: [{ tier: 10, weight: 1 }],
        }),
      ]),
    ).toMatchObject({ DT1: 'fail', DT2: 'fail', DT3: 'fail' })
    expect(checksOf([close(M, [])])).toMatchObject({ DT1: 'notChecked', DT2: 'notChecked' })
  })

  test('that do not exist can violate nothing', () => {
    const weights = close(M, [], { tiers: [10, 20], weights: [0.1, 0.9] })
    const { checks } = auditOf([weights], {}, { disabledTiers: [] }).disabledTiers
    expect(new Set(checks.map(({ verdict }) => verdict))).toEqual(new Set(['notChecked']))
  })
})

describe('the input', () => {
  test('has open interest where a reply came, whether it changed or not', () => {
    const rateOf = (fields: Partial<MinuteFact>) =>
      auditOf([close(M, [], fields)]).openInterest.validRate.value
    expect(rateOf({ oiReplyCount: 6, oiChange: 0 })).toBe(1)
    expect(rateOf({ oiReplyCount: 0, oiChange: 5 })).toBe(0)
    expect(rateOf({ oiChange: 0 })).toBe(0)
  })

  test('without a tier says nothing of tiers', () => {
    const finding = findingOf(auditOf([close(M, [])]), 'tierOffset')
    expect(finding).toMatchObject({ severity: 'info', sampleCount: 0 })
    expect(finding?.text).toMatch(/^No liquidation was attributed to a tier/)
  })
})

describe('gaps and small samples', () => {
  test('a figure says whether it is over a gap, and whether its sample is small', () => {
    const gap = {
      kind: 'gap',
      seq: 0,
      channel: 'forceOrder',
      cause: 'disconnect',
      durationMs: 90_000,
      missingCount: 3,
    } as const
    const view = auditOf([
      close(M, [79_600]),
      { ...gap, timeS: (M + 1) * 60 + 20 },
      long(M + 1, 79_600),
      close(M + 1, [79_600]),
    ])
    expect(cell(view, 0.001, 0).hitRate).toMatchObject({ overGap: true, insufficient: true })
    expect(view.layers[0]?.miss.both.signedUsd.insufficient).toBe(true)
    expect(view.feed).toMatchObject({ gapCount: 1, missingCount: 3, touchedEventCount: 1 })
    expect(view.feed.gaps[0]).toMatchObject({ fromMinute: M - 1, toMinute: M + 1 })
    const calm = auditOf([close(M, [79_600]), long(M + 1, 79_600)], { sampleMin: 1 })
    expect(cell(calm, 0.001, 0).hitRate).toMatchObject({ overGap: false, insufficient: false })
  })

  test('an empty audit renders, and holds no number that JSON cannot say', () => {
    const view = auditOf([])
    expect(JSON.parse(JSON.stringify(view))).toEqual(view)
    expect(view.findings.some(({ severity }) => severity === 'fail')).toBe(false)
  })
})

test('a headline that is not in its list is refused', () => {
  expect(() => createAudit(auditOptions({ headlineTolerance: 0.003 }))).toThrow(/headlineTolerance/)
})
