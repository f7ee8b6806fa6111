/** Looks each second whether anything grows that must not. */
import type { Simulation } from './simulation.ts'

/** The replies of a stall, and the facts of it; frames of the largest kind where they come. */
const SLACK_BYTES = 100_000
const GARBAGE_BYTES = 700_000
const TIMERS_MAX = 600
const ALARMS_MAX = 200
const DRIFTS_MAX = 256
const REQUESTS_MAX = 12

export class MemoryWatch {
  readonly problems: string[] = []
  pendingBytesMax = 0
  readonly #simulation: Simulation

  constructor(simulation: Simulation) {
    this.#simulation = simulation
  }

  look(): void {
    const { recorder, captureSettings, network, clock } = this.#simulation
    if (recorder === undefined) return
    const { storage, alarms, drifts, links } = recorder.capture.health()
    this.pendingBytesMax = Math.max(this.pendingBytesMax, storage.pendingBytes)
    const largest = this.#simulation.plan.frames.garbage > 0 ? GARBAGE_BYTES : 0
    const bytesMax = captureSettings.pendingBytesMax + SLACK_BYTES + largest
    this.#limit('bytes that wait for the disk', storage.pendingBytes, bytesMax)
    this.#limit('alarms', alarms.length, ALARMS_MAX)
    this.#limit('drifts', drifts.length, DRIFTS_MAX)
    this.#limit('sockets', network.openSocketCount, links.length * 3)
    this.#limit('requests at a time', network.rest.runningCount, REQUESTS_MAX)
    this.#limit('timers', clock.plannedCount - network.flyingCount, TIMERS_MAX)
  }

  #limit(name: string, count: number, max: number): void {
    if (count > max && this.problems.length < 20) {
      this.problems.push(`${count} ${name}, where ${max} may be`)
    }
  }
}
