/** The buffer of frames and the book behind it in figures (`api.md` §9.12, §9.13), and `/oi`. */
import { roundDecimal } from '../base/numeric.ts'
import { RECORD_BYTES } from '../engines/frame-record.ts'
import { reconStatsFile } from '../engines/reference-rows.ts'
import { FRAME_MS, frameMs, isStale } from './book-bodies.ts'
import { FRAMES_SHOWN_MAX } from './past.ts'
import {
  flag,
  map,
  number,
  numberOrNull,
  object,
  text,
  textOrNull,
  type ViewOf,
  whole,
} from './schema.ts'
import { clockS, type Shown } from './state-at.ts'

const seconds = (description: string) => number(description, 's since 1970')
const ms = (description: string) => whole(description, 'ms since 1970')

const buffer = {
  frames_in_memory: whole('Frames of the last twelve hours.'),
  frames_on_disk: whole('The same: they are computed again from the journal.'),
  last_ts: seconds('Slot of the newest frame; 0 before it.'),
  oldest_ts: seconds('Slot of the oldest frame; 0 before it.'),
  file_size_bytes: whole('Of the frames as records.', 'bytes'),
  frames_written_total: whole('Frames since the start.'),
  last_frame_write_ts_ms: ms('Entry that ended the newest frame; 0 before it.'),
  last_frame_write_duration_ms: number('Always 0: see /metrics.', 'ms'),
  avg_frame_write_duration_ms: number('Always 0: see /metrics.', 'ms'),
}

const book = {
  state: text('unsynced, syncing or synced.'),
  synced: flag('The book follows the venue.'),
  snapshot_last_update_id: whole('Id of the last snapshot.'),
  last_applied_u: whole('Id of the last diff.'),
  first_diff_applied_U: whole('First id of the first diff.'),
  first_diff_applied_u: whole('Last id of the first diff.'),
  levels_bid: whole('Price levels.'),
  levels_ask: whole('Price levels.'),
  best_bid: number('0 while the side is empty.', 'USD'),
  best_ask: number('0 while the side is empty.', 'USD'),
  resyncs: whole('Since the start.'),
  diffs_buffered: whole('Waiting for a snapshot.'),
  diffs_applied: whole('Since the start.'),
  diffs_discarded: whole('Since the start.'),
  last_update_ts: seconds('Last diff.'),
  gap_tolerance: whole('Ids that may be missing.'),
  last_gap_type: text('Empty, pu_mismatch or u_gap.'),
  last_gap_pu: whole('Id that was said to come before.'),
  last_gap_expected: whole('Id that did.'),
  pu_gap_count: whole('Since the start.'),
  u_gap_count: whole('Since the start.'),
  max_sync_duration_s: number('Longest time in sync that ended.', 's'),
  diffs_in_current_sync: whole('Since the last snapshot.'),
  written_at: seconds('When these figures were taken.'),
}

const reconstructor = object(
  'The order book; empty before the first depth message.',
  {},
  {
    ...book,
    stats_age_s: number('Age of these figures.', 's'),
    error: text('Why there are none.'),
  },
)

export const BookStatsBody = object('The buffer of frames in figures.', {
  ...buffer,
  current_time: seconds('The moment shown.'),
  current_time_ms: ms('The moment shown.'),
  frame_interval_ms: whole('Length of a slot.', 'ms'),
  mode: text('shared_buffer.'),
  last_frame_age_s: numberOrNull('Since the newest frame.', 's'),
  last_frame_ts_ms: ms('Slot of the newest frame; 0 before it.'),
  data_is_stale: flag('It is more than a minute old, or there is none.'),
  reconstructor,
})

export const BookDebugBody = object('The same for those who look for a fault.', {
  has_ob_heatmap_module: flag('Always true.'),
  ob_heatmap_import_error: textOrNull('Always null.'),
  ob_buffer_initialized: flag('Always true.'),
  ob_buffer_shared: flag('Always true.'),
  mode: text('embedded.'),
  ob_heatmap_file: text('Empty: frames are computed from the journal.'),
  ob_heatmap_file_exists: flag('Always false.'),
  ob_recon_stats_file: text('Empty.'),
  ob_recon_stats_exists: flag('Always false.'),
  ob_buffer_stats: object('The buffer.', buffer),
  recon_stats: reconstructor,
})

export const OpenInterestBody = object('Open interest as last polled.', {
  symbol: text('Short name of the contract, such as BTC.'),
  aggregated_oi: number('Sum over venues.', 'base'),
  per_exchange: map('By venue.', number('Open interest.', 'base')),
  ts: seconds('When the last reply came.'),
})

export function bookStatsBody(shown: Shown): ViewOf<typeof BookStatsBody> {
  const { state } = shown
  const newest = newestOf(shown)
  return {
    ...bufferOf(shown),
    current_time: clockS(state),
    current_time_ms: Math.trunc(state.clockMs),
    frame_interval_ms: FRAME_MS,
    mode: 'shared_buffer',
    last_frame_age_s:
      newest === undefined ? null : roundDecimal(clockS(state) - newest.startTimeS, 1),
    last_frame_ts_ms: newest === undefined ? 0 : frameMs(newest),
    data_is_stale: newest === undefined || isStale(state, newest),
    reconstructor: reconstructorOf(shown, true),
  }
}

export const bookDebugBody = (shown: Shown): ViewOf<typeof BookDebugBody> => ({
  has_ob_heatmap_module: true,
  ob_heatmap_import_error: null,
  ob_buffer_initialized: true,
  ob_buffer_shared: true,
  mode: 'embedded',
  ob_heatmap_file: '',
  ob_heatmap_file_exists: false,
  ob_recon_stats_file: '',
  ob_recon_stats_exists: false,
  ob_buffer_stats: bufferOf(shown),
  recon_stats: reconstructorOf(shown, false),
})

export function openInterestBody(
  { state, at }: Shown,
  name: string,
): ViewOf<typeof OpenInterestBody> | undefined {
  const { sizeBase } = at.market.openInterest
  if (sizeBase === undefined) return undefined
  const place = state.past.streams.findIndex(
    ({ symbol, channel }) => symbol === at.symbol && channel === 'openInterest',
  )
  const stream = state.past.streams[place]
  return {
    symbol: name,
    aggregated_oi: sizeBase,
    per_exchange: { [stream?.venue ?? 'binance']: sizeBase },
    ts: (state.mark?.lastRecvsMs[place] ?? 0) / 1000,
  }
}

const newestOf = ({ state, at }: Shown) => at.past.frames.last(state.seq)?.frame

function bufferOf({ state, at }: Shown) {
  const frames = at.past.frames.before(state.seq, FRAMES_SHOWN_MAX)
  const [oldest, newest] = [frames[0], frames.at(-1)]
  return {
    frames_in_memory: frames.length,
    frames_on_disk: frames.length,
    last_ts: newest?.frame.startTimeS ?? 0,
    oldest_ts: oldest?.frame.startTimeS ?? 0,
    file_size_bytes: frames.length * RECORD_BYTES,
    frames_written_total: at.market.frameCount,
    last_frame_write_ts_ms: Math.trunc(newest?.recvTimeMs ?? 0),
    last_frame_write_duration_ms: 0,
    avg_frame_write_duration_ms: 0,
  }
}

function reconstructorOf({ state, at }: Shown, aged: boolean): ViewOf<typeof reconstructor> {
  const stats = reconStatsFile(at.market) as ViewOf<typeof reconstructor> | undefined
  if (stats === undefined) return { error: 'stats file not found' }
  if (!aged) return stats
  return { ...stats, stats_age_s: roundDecimal(clockS(state) - (stats.written_at ?? 0), 1) }
}
