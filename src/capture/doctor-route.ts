/** Whether a route delivers: one message of each of its streams. */
import type { CaptureSettings } from './capture-settings.ts'
import type { DoctorCheck } from './doctor.ts'
import type { PlannedConnection, PlannedStream } from './plan.ts'
import { SchemaWatch } from './schema-watch.ts'
import { createStreamTable, type HeardStream, streamOf } from './stream-table.ts'
import type { Venue } from './venue.ts'
import type { SocketHandle, World } from './world.ts'

interface RouteOptions {
  readonly venue: Venue
  readonly settings: CaptureSettings
  readonly world: World
}

interface Trial {
  /** Why the connection ended by itself; empty while it did not. */
  readonly reason: string
  readonly openedMs: number
  readonly heardMs: ReadonlyMap<HeardStream, number>
}

/** Connects once, and waits until each stream spoke that should, or for the longest silence. */
export async function examineRoute(
  planned: PlannedConnection,
  options: RouteOptions,
): Promise<readonly DoctorCheck[]> {
  const { venue, settings } = options
  const drifts: DoctorCheck[] = []
  const schema = new SchemaWatch(venue.fields, ({ channel, reason }) =>
    drifts.push({ name: `fields of ${channel}`, status: 'failed', detail: reason }),
  )
  const table = createStreamTable(venue.name, planned.streams)
  const trial = await tryRoute(planned, options, (frame) => {
    const stream = streamOf(table, frame)
    const { channel = '', symbol = '' } = stream?.planned ?? {}
    if (stream !== undefined) schema.check(channel, symbol, frame, true, 0)
    return stream
  })
  const { pathname } = new URL(planned.url)
  const route = { name: `route ${pathname}` } as const
  if (Number.isNaN(trial.openedMs)) {
    const detail = trial.reason === '' ? `no answer in ${settings.silenceMsMax} ms` : trial.reason
    return [{ ...route, status: 'failed', detail }]
  }
  const accepted = `accepted after ${trial.openedMs.toFixed(0)} ms`
  return [
    {
      ...route,
      status: trial.reason === '' ? 'ok' : 'failed',
      detail: trial.reason === '' ? accepted : `${accepted}, then ended: ${trial.reason}`,
    },
    ...table.streams.map((stream) => checkOf(stream.planned, trial.heardMs.get(stream), settings)),
    ...drifts,
  ]
}

function tryRoute(
  planned: PlannedConnection,
  { world, settings }: RouteOptions,
  take: (frame: Uint8Array) => HeardStream | undefined,
): Promise<Trial> {
  const startUs = world.monoUs()
  const sinceMs = (): number => (world.monoUs() - startUs) / 1000
  const heardMs = new Map<HeardStream, number>()
  const wantedCount = planned.streams.filter(isAwaited).length
  let wanted = 0
  let openedMs = Number.NaN
  return new Promise((resolve) => {
    let handle: SocketHandle | undefined
    let isOver = false
    const end = (reason: string): void => {
      if (isOver) return
      isOver = true
      cancel()
      handle?.terminate()
      resolve({ reason, openedMs, heardMs })
    }
    const cancel = world.setTimer(settings.silenceMsMax, () => end(''))
    handle = world.openSocket(planned.url, {
      opened: () => {
        openedMs = sinceMs()
      },
      received: (frame) => {
        const stream = take(frame)
        if (stream === undefined || heardMs.has(stream)) return
        heardMs.set(stream, sinceMs())
        if (isAwaited(stream.planned)) wanted += 1
        if (wanted === wantedCount) end('')
      },
      closed: (code, reason) => end(`${code} ${reason}`.trim()),
    })
  })
}

const isAwaited = ({ rule }: PlannedStream): boolean => rule !== 'rare'

function checkOf(
  stream: PlannedStream,
  heardMs: number | undefined,
  { silenceMsMax }: CaptureSettings,
): DoctorCheck {
  const name = `stream ${stream.name}`
  if (heardMs !== undefined) {
    return { name, status: 'ok', detail: `first message after ${heardMs.toFixed(0)} ms` }
  }
  if (isAwaited(stream) && !stream.optional) {
    const detail = `acknowledged, and nothing came in ${silenceMsMax} ms: a retired stream, a wrong route, or a market that does not trade`
    return { name, status: 'failed', detail }
  }
  const detail = stream.optional
    ? 'nothing came; nothing depends on it'
    : 'nothing came, as is normal for liquidations; its route works if others of it came'
  return { name, status: 'unknown', detail }
}
