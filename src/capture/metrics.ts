/** The health of a capture as single numbers, for whoever plots them. */
import type { CaptureFigure } from '../model/capture-figure.ts'
import { CAPTURE_COUNTERS, type CaptureHealth, type CounterName } from './health.ts'

const GAUGES: readonly (readonly [string, string, (health: CaptureHealth) => number])[] = [
  ['pending_bytes', 'Appended and not yet durable.', ({ storage }) => storage.pendingBytes],
  ['free_bytes', 'Left on the disk.', ({ storage }) => storage.freeBytes],
  ['engines_paused', '1 while engines wait for the disk.', ({ storage }) => +storage.enginesPaused],
  ['sockets_paused', '1 while sockets wait for the disk.', ({ storage }) => +storage.socketsPaused],
  ['weight_used', 'Request weight of the minute.', ({ limits }) => limits.usedWeight],
  ['weight_max', 'Request weight that a minute may have.', ({ limits }) => limits.weightMax],
  ['alarms_standing', 'Alarms that stand.', ({ alarms }) => alarms.length],
]

export function metricsOf(health: CaptureHealth): readonly CaptureFigure[] {
  const counters = Object.entries(CAPTURE_COUNTERS).map(
    ([name, help]): CaptureFigure => ({
      name: `${underscored(name)}_total`,
      kind: 'counter',
      help,
      value: health.counters[name as CounterName],
    }),
  )
  const removed: CaptureFigure = {
    name: 'removed_bytes_total',
    kind: 'counter',
    help: 'Deleted, as retention says.',
    value: health.storage.removedBytes,
  }
  const gauges = GAUGES.map(
    ([name, help, of]): CaptureFigure => ({ name, kind: 'gauge', help, value: of(health) }),
  )
  // A disk of which nobody knows has no figure.
  return [...counters, removed, ...gauges].filter(({ value }) => Number.isFinite(value))
}

const underscored = (name: string): string =>
  name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
