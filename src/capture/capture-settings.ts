/** The settings of capture. They change what is recorded, and nothing that is computed from it. */
import type { SettingSpecs, SettingsOf } from '../base/setting.ts'

const MS = { unit: 'ms', min: 1, whole: true } as const

export const CAPTURE_SETTINGS = {
  silenceMsMax: {
    ...MS,
    default: 10_000,
    doc: 'A connection counts as dead after this long without a frame.',
    why: 'binance-today.md: a stream on a wrong route is acknowledged and silent. Depth comes each 100 ms and mark prices each second, so ten seconds are no quiet market.',
  },
  connectMsMax: {
    ...MS,
    default: 10_000,
    doc: 'Time a connection may take to open.',
    why: 'A venue that is up answers within a second; ten leave room for a slow route.',
  },
  retryMsMin: {
    ...MS,
    default: 500,
    doc: 'Wait before the first attempt to connect again; it doubles with each failure in a row.',
    why: 'Most cuts heal at once. Half of the wait is random, so that connections do not return together.',
  },
  retryMsMax: {
    ...MS,
    default: 30_000,
    doc: 'Longest wait between attempts to connect.',
    why: 'Binance allows 300 attempts per address and 5 min; many routes at 30 s stay far below.',
  },
  connectionAgeMsMax: {
    ...MS,
    default: 85_200_000,
    doc: 'Age at which a connection is replaced by a new one that already delivers.',
    why: 'binance-today.md: the venue cuts at 24 h. 23 h 40 min leave time for several attempts.',
  },
  handoverMs: {
    ...MS,
    default: 1_000,
    doc: 'How long the old connection is still recorded after the new one began to deliver.',
    why: 'Frames under way on the old connection are not lost; the few that come twice carry the same ids.',
  },
  snapshotRetryMsMin: {
    ...MS,
    default: 1_000,
    doc: 'Shortest time between two depth snapshots of a symbol; it doubles while they are asked for.',
    why: 'A book that cannot join must not spend the weight of the whole address.',
  },
  snapshotRetryMsMax: {
    ...MS,
    default: 30_000,
    doc: 'Longest time between two depth snapshots that are asked for.',
    why: 'A book in trouble gets a new chance at least each half minute.',
  },
  requestMsMax: {
    ...MS,
    default: 10_000,
    doc: 'Time a REST request may take.',
    why: 'The interval of the open interest: requests never pile up.',
  },
  weightPerMinuteMax: {
    default: 2_400,
    unit: 'weight',
    doc: 'Weight of REST requests per minute that is never exceeded.',
    why: 'binance-today.md: one pool of 2400 per address for all USD-M and COIN-M requests. Lower it where other programs share the address.',
    min: 100,
    max: 100_000,
    whole: true,
  },
  pendingBytesMax: {
    default: 67_108_864,
    unit: 'bytes',
    doc: 'Entries that wait to become durable before sockets are paused.',
    why: 'Bounds memory when the disk stalls. Nothing is dropped: the venue’s bytes wait in the network.',
    min: 1_024,
    whole: true,
  },
} as const satisfies SettingSpecs

export type CaptureSettings = SettingsOf<typeof CAPTURE_SETTINGS>
