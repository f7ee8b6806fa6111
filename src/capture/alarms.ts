/** What the recorder worries about: said once in the journal and the log, and shown until it is over. */
import type { AlarmFact } from '../model/facts.ts'
import type { CaptureLog } from './world.ts'

export type AlarmKind = 'silence' | 'drift' | 'disk' | 'seal' | 'limit' | 'retention'
export type AlarmLevel = 'stale' | 'dead' | 'warning' | 'critical'

export interface Alarm {
  readonly kind: AlarmKind
  readonly level: AlarmLevel
  readonly symbol: string
  readonly channel: string
  /** The venue's name of a stream; what else it is about, by a name that does not change. */
  readonly subject: string
  readonly reason: string
  /** Unit: ms since 1970. Clock: ours. */
  readonly sinceTimeMs: number
}

export interface AlarmsOptions {
  readonly log: CaptureLog
  readonly record: (fact: AlarmFact) => void
}

/** Alarms that are shown at most; a venue that goes wrong does so in many streams at a time. */
const ACTIVE_MAX = 10_000

export class Alarms {
  readonly #options: AlarmsOptions
  readonly #active = new Map<string, Alarm>()
  raisedCount = 0

  constructor(options: AlarmsOptions) {
    this.#options = options
  }

  /** In the order in which they were raised. */
  get active(): readonly Alarm[] {
    return [...this.#active.values()]
  }

  /** Says so the first time, and when its level changes. */
  raise(alarm: Alarm): void {
    const key = `${alarm.kind} ${alarm.subject}`
    const before = this.#active.get(key)
    if (before?.level === alarm.level) {
      // The reason may become more exact; that is worth showing, and not worth saying again.
      this.#active.set(key, { ...alarm, sinceTimeMs: before.sinceTimeMs })
      return
    }
    if (before === undefined && this.#active.size >= ACTIVE_MAX) return
    this.#active.set(key, alarm)
    this.raisedCount += 1
    this.#options.record({ event: 'raised', ...alarm })
    this.#options.log.error({ ...alarm }, 'alarm')
  }

  clear(kind: AlarmKind, subject: string): void {
    const key = `${kind} ${subject}`
    const alarm = this.#active.get(key)
    if (alarm === undefined) return
    this.#active.delete(key)
    this.#options.record({ event: 'cleared', ...alarm })
    this.#options.log.info({ ...alarm }, 'alarm is over')
  }
}
