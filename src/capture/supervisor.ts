/** Looks after a running capture each second: streams, ids, disk and limits. It raises the alarms. */
import type { RecorderError } from '../base/errors.ts'
import { Alarms } from './alarms.ts'
import type { CaptureSettings } from './capture-settings.ts'
import { settleHoles } from './id-trail.ts'
import type { LinkGroup } from './link-group.ts'
import type { Pressure } from './pressure.ts'
import type { Recorder } from './recorder.ts'
import type { RestPolls } from './rest.ts'
import type { RetentionResult } from './retention.ts'
import type { Drift } from './schema-watch.ts'
import type { StoragePort } from './storage.ts'
import { StreamWatch } from './stream-watch.ts'
import type { Watched } from './watched.ts'
import type { CaptureLog, World } from './world.ts'

export interface SupervisorOptions {
  readonly groups: readonly LinkGroup[]
  readonly settings: CaptureSettings
  readonly world: World
  readonly recorder: Recorder
  readonly rest: RestPolls
  readonly pressure: Pressure
  readonly storage: StoragePort | undefined
  readonly sealFailure: () => RecorderError | undefined
  readonly log: CaptureLog
}

const DISK_EVERY_MS = 10_000
const REPAIR_DOUBLINGS_MAX = 4

interface Repair {
  dueMonoMs: number
  attemptCount: number
}

export class Supervisor {
  readonly alarms: Alarms
  readonly watch: StreamWatch
  readonly #options: SupervisorOptions
  readonly #repairs: readonly Repair[]
  #diskDueMonoMs = 0
  #isAskingDisk: boolean = false
  freeBytes = Number.NaN
  reserveHeld: boolean = false
  removedSegmentCount = 0
  removedBytes = 0

  constructor(options: SupervisorOptions) {
    this.#options = options
    const { groups, settings, log, recorder } = options
    this.alarms = new Alarms({ log, record: (fact) => recorder.fact('alarm', fact, fact.symbol) })
    this.watch = new StreamWatch(
      groups.map(({ table, links }) => ({ table, connectionCount: links.length })),
      settings,
    )
    this.#repairs = groups.map(() => ({ dueMonoMs: 0, attemptCount: 0 }))
  }

  look(): void {
    const { world, groups } = this.#options
    const monoUs = world.monoUs()
    const listening = groups.map(({ isUp, isPaused }) => ({ isUp, isPaused }))
    for (const watched of this.watch.look(monoUs, listening)) this.#onLevel(watched)
    this.#settleHoles(monoUs)
    this.#repair(monoUs / 1000)
    this.#lookAtLimits()
    this.#lookAtSealing()
    this.#lookAtDisk(monoUs / 1000)
  }

  onRetained({ removedCount, removedBytes, kept }: RetentionResult): void {
    this.removedSegmentCount += removedCount
    this.removedBytes += removedBytes
    if (kept === undefined) this.alarms.clear('retention', 'segments')
    else this.onRetentionFailed(`the segment from ${kept.firstSeq} stays: ${kept.problem}`)
  }

  onRetentionFailed(reason: string): void {
    this.#raise('retention', 'critical', 'segments', reason)
  }

  onDrift({ symbol, channel, reason, sample, firstTimeMs }: Drift): void {
    this.#options.recorder.fact('drift', { symbol, channel, reason, sample }, symbol)
    this.alarms.raise({
      kind: 'drift',
      level: 'warning',
      symbol,
      channel,
      subject: `${channel}: ${reason}`,
      reason,
      sinceTimeMs: firstTimeMs,
    })
  }

  #onLevel({ stream, group, judgement }: Watched): void {
    const { planned } = stream
    const { level, reason } = judgement
    if (level !== 'stale' && level !== 'dead') {
      this.alarms.clear('silence', planned.name)
      return
    }
    const streams = this.#options.groups[group]?.table.streams ?? []
    // A liquidation stream may have been silent for hours before its connection died.
    const sinceWallUs =
      planned.rule === 'rare'
        ? Math.max(...streams.map(({ lastWallUs }) => lastWallUs))
        : stream.lastWallUs
    const isUp = this.#options.groups[group]?.isUp === true
    if (level === 'dead' && isUp && sinceWallUs > 0) stream.silentSinceWallUs = sinceWallUs
    const sinceTimeMs = (sinceWallUs > 0 ? sinceWallUs : this.#options.world.nowUs()) / 1000
    const { symbol, channel, name: subject } = planned
    this.alarms.raise({ kind: 'silence', level, symbol, channel, subject, reason, sinceTimeMs })
  }

  #settleHoles(monoUs: number): void {
    const { groups, recorder, settings, log } = this.#options
    for (const { trail, planned } of groups.flatMap(({ table }) => table.streams)) {
      if (trail === undefined) continue
      for (const hole of settleHoles(trail, monoUs, settings.holeMs * 1000)) {
        const { symbol, channel } = planned
        const { beforeId, afterId, missingCount, connectionId, cause } = hole
        const fromTimeMs = Math.min(hole.fromWallUs, hole.toWallUs) / 1000
        const toTimeMs = hole.toWallUs / 1000
        const ids = { beforeId, afterId, missingCount }
        const fact = { symbol, channel, cause, connectionId, ...ids, fromTimeMs, toTimeMs }
        recorder.fact('missing', fact, symbol, connectionId)
        log.warn({ stream: planned.name, cause, missingCount }, 'ids are missing')
      }
    }
  }

  /** A lost subscription comes back with a new connection; one that the venue retired does not. */
  #repair(monoMs: number): void {
    const { groups, settings, log } = this.#options
    for (const [index, group] of groups.entries()) {
      const repair = this.#repairs[index]
      if (repair === undefined || !group.isUp || group.isPaused) continue
      const dead = this.watch.watched.filter(
        (one) => one.group === index && one.judgement.level === 'dead',
      )
      if (dead.length === 0) {
        repair.attemptCount = 0
        continue
      }
      if (monoMs < repair.dueMonoMs) continue
      const doublings = Math.min(repair.attemptCount, REPAIR_DOUBLINGS_MAX)
      repair.dueMonoMs = monoMs + settings.repairMs * 2 ** doublings
      repair.attemptCount += 1
      const streams = dead.map(({ stream }) => stream.planned.name)
      log.warn({ route: group.planned.route, streams }, 'a new connection may cure dead streams')
      for (const link of group.links) {
        // Where nothing is delivered, there is nothing to hand over.
        if (this.watch.isGroupDead(index)) link.giveUp()
        else link.rotate()
      }
    }
  }

  #lookAtLimits(): void {
    const { rest, world } = this.#options
    const { blockedUntilMs } = rest.limits
    const nowMs = world.nowUs() / 1000
    if (blockedUntilMs <= nowMs) {
      this.alarms.clear('limit', 'REST')
      return
    }
    const waitS = Math.ceil((blockedUntilMs - nowMs) / 1000)
    this.#raise('limit', 'warning', 'REST', `the venue takes no request for ${waitS} s`)
  }

  #lookAtSealing(): void {
    const failure = this.#options.sealFailure()
    if (failure === undefined) return
    this.#raise('seal', 'critical', 'segments', failure.message)
  }

  #lookAtDisk(monoMs: number): void {
    const { storage, log } = this.#options
    if (storage === undefined || this.#isAskingDisk || monoMs < this.#diskDueMonoMs) return
    this.#diskDueMonoMs = monoMs + DISK_EVERY_MS
    this.#isAskingDisk = true
    this.#askDisk(storage)
      .catch((error: unknown) => {
        this.freeBytes = Number.NaN
        log.warn({ reason: String(error) }, 'nobody knows how much of the disk is free')
      })
      .finally(() => {
        this.#isAskingDisk = false
      })
  }

  async #askDisk(storage: StoragePort): Promise<void> {
    const { settings, pressure } = this.#options
    this.freeBytes = await storage.freeBytes()
    const isLow = this.freeBytes < settings.diskFreeBytesMin
    pressure.setDiskLow(isLow)
    if (isLow) {
      const reason = `${this.freeBytes} bytes of the disk are free, and ${settings.diskFreeBytesMin} should be`
      this.#raise('disk', 'critical', 'free space', reason)
      return
    }
    this.alarms.clear('disk', 'free space')
    if (!this.reserveHeld) this.reserveHeld = await storage.holdReserve(settings.reserveBytes)
  }

  #raise(
    kind: 'limit' | 'seal' | 'disk' | 'retention',
    level: 'warning' | 'critical',
    subject: string,
    reason: string,
  ): void {
    const sinceTimeMs = this.#options.world.nowUs() / 1000
    this.alarms.raise({ kind, level, symbol: '', channel: '', subject, reason, sinceTimeMs })
  }
}
