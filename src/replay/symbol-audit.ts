/**
 * Feeds the audit of one symbol: of a liquidation first what the engines made of it, then the zones
 * that it created; of a minute close first what ended, then the zones as they stand.
 */
import { auditEvent, createAudit } from '../audits/audit.ts'
import type {
  AuditEvent,
  BookCheck,
  CalibratorVerdict,
  MinuteFact,
  ProjectionFact,
} from '../audits/audit-input.ts'
import type { Audit } from '../audits/audit-state.ts'
import { defined } from '../audits/defined.ts'
import { type BookAudit, createBookAudit } from '../engines/book-audit.ts'
import { positionSide } from '../engines/liquidation/liquidation-engines.ts'
import { minuteInputOf } from '../engines/liquidation/minute-input.ts'
import type { MinuteClose } from '../engines/minute-close.ts'
import { modelOf } from '../engines/symbol/engine-settings.ts'
import type {
  EngineLog,
  EngineOutcome,
  EngineRecord,
  SymbolEngines,
} from '../engines/symbol/symbol-engines.ts'
import type { ForceOrder } from '../model/messages.ts'
import type { Cause, Gap } from '../pipeline/events.ts'
import type { SymbolRun } from '../pipeline/symbol-run.ts'
import {
  auditOptions,
  contributionsOf,
  ladderOf,
  learningOf,
  weightsOf,
  zoneCounts,
} from './audit-engines.ts'
import type { Ladder } from './audit-records.ts'
import {
  approachOf,
  calibrationOf,
  eventSrcUsd,
  managedZoneOf,
  projectionsOf,
  removedZoneOf,
  safetyTripOf,
  sweptBucketOf,
  tapeBucketOf,
  verdictOf,
} from './audit-records.ts'
import type { AuditRunOptions } from './audit-run.ts'
import { zonesOf } from './audit-zones.ts'

export class SymbolAudit {
  readonly symbol: string
  readonly baseAsset: string
  readonly #options: AuditRunOptions
  #audit: Audit | undefined
  /** Told before there were engines to audit. */
  #early: AuditEvent[] = []
  /** Of the entry that is being handled: what follows its liquidation or comes before its minute. */
  #facts: AuditEvent[] = []
  #verdict: CalibratorVerdict | undefined
  #srcUsd = 0
  #projections: readonly ProjectionFact[] = []
  #oiChangeUsd: number | undefined
  /** Of the open minute. */
  #oiReplyCount = 0
  /** As projections were made with it: a close may change it afterwards. */
  #ladder: Ladder = { tiers: [], bufferFraction: 0 }
  #learnt = ''
  #bookAudit: Readonly<BookAudit> | undefined

  constructor(symbol: string, baseAsset: string, options: AuditRunOptions) {
    this.symbol = symbol
    this.baseAsset = baseAsset
    this.#options = options
  }

  /** Nothing before the symbol has engines. */
  get audit(): Audit | undefined {
    return this.#audit
  }

  takeRecord(log: EngineLog, record: EngineRecord, seq: number): void {
    const type = record['type']
    switch (log) {
      case 'liq_calibrator':
        this.#takeCalibrator(String(type), record, seq)
        break
      case 'liq_tape':
        this.#takeBucket(record, seq)
        break
      case 'liq_zones': {
        // The standard model tells zones by id at each close; the tape of the reference by price.
        if (type === 'zone_created' && record['source'] === 'tape') {
          this.#facts.push(managedZoneOf(record, seq))
        }
        const removed = removedZoneOf(record, seq)
        if (removed !== undefined) this.#facts.push(removed)
        break
      }
      case 'liq_sweeps':
      case 'v1/liq_sweeps':
        this.#facts.push(sweptBucketOf(record, seq, log === 'v1/liq_sweeps'))
        break
      case 'liq_inference':
        this.#projections = projectionsOf(record, this.#ladder)
        break
      case 'liq_debug':
        if (type === 'minute_inference') this.#oiChangeUsd = Number(record['oi_delta_usd'])
        break
      default:
        break
    }
  }

  takeLiquidation(run: SymbolRun, order: ForceOrder, { seq }: Cause): void {
    const audit = this.#auditOf(run)
    if (audit === undefined) return
    const { metrics, mark } = run.market
    const learnt = learningOf(run.heat.engines)
    const verdict = this.#verdict
    auditEvent(audit, {
      kind: 'liquidation',
      seq,
      timeS: order.venueTimeMs / 1000,
      orderSymbol: order.symbol,
      side: positionSide(order.side),
      priceUsd: order.price,
      sizeBase: order.sizeBase,
      notionalUsd: order.price * order.sizeBase,
      srcUsd: this.#srcUsd > 0 ? this.#srcUsd : metrics.midUsd || mark.markUsd,
      markUsd: mark.markUsd,
      ...defined({
        verdict:
          verdict === undefined
            ? undefined
            : { ...verdict, learningChanged: learnt !== this.#learnt },
      }),
    })
    this.#flush(audit)
    this.#learnt = learnt
    this.#verdict = undefined
    this.#srcUsd = 0
  }

  takeMinute(
    run: SymbolRun,
    close: MinuteClose,
    cause: Cause,
    outcome: EngineOutcome | undefined,
  ): void {
    const audit = this.#auditOf(run)
    const { engines } = run.heat
    const oiReplyCount = this.#oiReplyCount
    this.#oiReplyCount = 0
    if (audit === undefined || engines === undefined || outcome === undefined) return
    this.#flush(audit)
    const minute = this.#minuteOf(run, engines, close, cause.seq, outcome)
    auditEvent(audit, { ...minute, oiReplyCount })
    this.#projections = []
    this.#oiChangeUsd = undefined
    this.#ladder = ladderOf(engines)
    this.#learnt = learningOf(engines)
  }

  takeOpenInterest(): void {
    this.#oiReplyCount += 1
  }

  takeRefusal(order: ForceOrder, reason: string, seq: number): void {
    this.#tell({
      kind: 'refused',
      seq,
      timeS: order.venueTimeMs / 1000,
      orderSymbol: order.symbol,
      reason,
      side: positionSide(order.side),
      priceUsd: order.price,
    })
  }

  takeGap({ channel, cause, durationMs, missingCount }: Gap, { seq, recvTimeUs }: Cause): void {
    const timeS = recvTimeUs / 1e6
    this.#tell({ kind: 'gap', seq, timeS, channel, cause, durationMs, missingCount })
  }

  #takeCalibrator(type: string, record: EngineRecord, seq: number): void {
    const timeS = Date.parse(`${String(record['timestamp'])}Z`) / 1000
    switch (type) {
      case 'event':
      case 'event_rejected':
        this.#verdict = verdictOf(record)
        this.#srcUsd = eventSrcUsd(record) ?? 0
        break
      case 'calibration':
        // The standard model learns at every close; its weights come with the minute.
        if (record['old_weights'] !== undefined) this.#facts.push(calibrationOf(record, seq, timeS))
        break
      case 'safety_trip':
        this.#facts.push(safetyTripOf(record, seq, timeS))
        break
      case 'approach_minute_summary':
        this.#facts.push(approachOf(record, seq))
        break
      default:
        break
    }
  }

  /** A bucket of the tape is also one of the map that the reference combines. */
  #takeBucket(record: EngineRecord, seq: number): void {
    const bucket = tapeBucketOf(record, seq)
    const { settings } = this.#options
    if (!(bucket.priceUsd > 0)) return
    this.#facts.push(bucket)
    if (modelOf(settings) === 'standard') return
    const strength = bucket.strength * settings.heatmap.tapeWeight
    this.#facts.push({ ...bucket, layer: 'combined', strength })
  }

  #minuteOf(
    run: SymbolRun,
    engines: SymbolEngines,
    close: MinuteClose,
    seq: number,
    outcome: EngineOutcome,
  ): MinuteFact {
    const { bar, barSource, closedMinute: minute, volume, takers, openInterest, book } = close
    const { byReceipt } = run.heat
    const timeS = byReceipt ? run.clock.nowMs / 1000 : run.clock.openMinute * 60
    const input = minuteInputOf(close, run.market.takers, timeS)
    const { openUsd, highUsd, lowUsd, closeUsd } = bar
    return {
      kind: 'minute',
      seq,
      minute,
      timeS,
      bar: { openUsd, highUsd, lowUsd, closeUsd },
      barSource,
      buyBase: volume.buyBase,
      sellBase: volume.sellBase,
      buyUsd: input.takerBuyUsd,
      sellUsd: input.takerSellUsd,
      tradeCount: takers?.tradeCount ?? 0,
      oiChange: openInterest.change,
      fallbackUsed: input.aggression.isFallback,
      bookStale: book.stale,
      bookCheck: this.#bookCheckOf(run, close.audit),
      gapCount: run.gapsInMinute,
      ...weightsOf(engines),
      projections: this.#projections,
      tierContributions: contributionsOf(engines),
      counts: [zoneCounts(engines)],
      zonesOf: (layer) => zonesOf(engines, outcome.map, layer),
      ...defined({ rated: outcome.rated, oiChangeUsd: this.#oiChangeUsd }),
    }
  }

  /** What was compared since the close before; of a first one that is not the symbol's first, nothing. */
  #bookCheckOf({ minuteCount }: SymbolRun, audit: Readonly<BookAudit>): BookCheck {
    const before = this.#bookAudit ?? (minuteCount === 1 ? createBookAudit() : audit)
    this.#bookAudit = audit
    return {
      snapshotCount: audit.snapshotsCompared - before.snapshotsCompared,
      levelCount: audit.levelsCompared - before.levelsCompared,
      differingCount: wrongCount(audit) - wrongCount(before),
    }
  }

  #auditOf(run: SymbolRun): Audit | undefined {
    const { engines } = run.heat
    if (this.#audit !== undefined || engines === undefined) return this.#audit
    this.#audit = createAudit(auditOptions(this.symbol, engines, this.#options))
    this.#ladder = ladderOf(engines)
    for (const event of this.#early) auditEvent(this.#audit, event)
    this.#early = []
    return this.#audit
  }

  #tell(event: AuditEvent): void {
    if (this.#audit === undefined) this.#early.push(event)
    else auditEvent(this.#audit, event)
  }

  #flush(audit: Audit): void {
    for (const fact of this.#facts) auditEvent(audit, fact)
    this.#facts = []
  }
}

const wrongCount = ({ levelsDiffering, levelsUnseen }: Readonly<BookAudit>): number =>
  levelsDiffering - levelsUnseen
