/** `/metrics` for Prometheus: the state, the process, and what is asked of it. */
import type { FastifyInstance } from 'fastify'
import type { StateSource } from '../../projections/state-source.ts'
import { shortSymbol } from '../../projections/symbol-name.ts'
import type { BodyCache } from '../body-cache.ts'
import { BUCKETS_S, type RequestCounts } from '../request-counts.ts'
import { healthNow } from './health.ts'

export interface MetricsOptions {
  readonly source: StateSource
  readonly counts: RequestCounts
  readonly cache: BodyCache
  readonly streamCount: () => number
  readonly monoMs: () => number
}

const PREFIX = 'moonreplay_'

export function metricsRoutes(app: FastifyInstance, options: MetricsOptions): void {
  const startMs = options.monoMs()
  const schema = {
    summary: 'Prometheus text',
    response: {
      200: {
        description: 'Prometheus text, version 0.0.4.',
        content: { 'text/plain': { schema: { type: 'string' } } },
      },
    },
  }
  app.get('/metrics', { schema }, (_request, reply) =>
    reply
      .header('cache-control', 'no-store')
      .type('text/plain; version=0.0.4; charset=utf-8')
      .send([...families(options, startMs)].join('')),
  )
}

type Sample = readonly [labels: Readonly<Record<string, string | number>>, value: number]

function family(
  name: string,
  kind: 'gauge' | 'counter',
  help: string,
  samples: Iterable<Sample>,
): string {
  const full = `${PREFIX}${name}`
  let text = `# HELP ${full} ${help}\n# TYPE ${full} ${kind}\n`
  for (const [labels, value] of samples) text += `${full}${labelText(labels)} ${value}\n`
  return text
}

function labelText(labels: Sample[0]): string {
  const pairs = Object.entries(labels).map(([name, value]) => {
    const text = String(value).replaceAll(/[\\"]/g, '\\$&').replaceAll('\n', '\\n')
    return `${name}="${text}"`
  })
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

function* families(options: MetricsOptions, startMs: number): Generator<string> {
  yield* stateFamilies(options.source)
  yield* symbolFamilies(options.source)
  for (const { name, kind, help, value } of options.source.captureFigures?.() ?? []) {
    yield family(`capture_${name}`, kind, help, [[{}, value]])
  }
  yield* processFamilies(options, startMs)
}

const STREAM_STATES = ['fresh', 'quiet', 'stale', 'dead'] as const

function* stateFamilies(source: StateSource): Generator<string> {
  const health = healthNow(source)
  const { entriesPerSecond } = source.status()
  const { runs, recording, streams } = health
  yield family('info', 'gauge', 'What is served.', [[{ mode: runs, recording }, 1]])
  yield family('ready', 'gauge', '1 when the state stands.', [[{}, Number(health.ready)]])
  yield family('ok', 'gauge', '1 when nothing is lost.', [[{}, Number(health.ok)]])
  yield family('entries_total', 'counter', 'Entries in the state.', [[{}, health.doneEntryCount]])
  yield family('entries_per_second', 'gauge', 'Entries handled per second.', [
    [{}, entriesPerSecond],
  ])
  yield family('gaps_total', 'counter', 'Gaps in the recording.', [[{}, health.gapCount]])
  yield family('faults_total', 'counter', 'Payloads not as documented.', [[{}, health.faultCount]])
  yield family('staleness_seconds', 'gauge', 'Since the last entry.', [
    [{}, health.stalenessMs / 1000],
  ])
  yield family(
    'stream_entries_total',
    'counter',
    'Entries of each stream.',
    streams.map(({ symbol, channel, entryCount }) => [{ symbol, channel }, entryCount]),
  )
  yield family(
    'stream_age_seconds',
    'gauge',
    'Since the last entry of each stream.',
    streams.map(({ symbol, channel, ageMs }) => [{ symbol, channel }, ageMs / 1000]),
  )
  yield family(
    'stream_state',
    'gauge',
    '0 fresh, 1 quiet, 2 stale, 3 dead.',
    streams.map(({ symbol, channel, state }) => [
      { symbol, channel },
      STREAM_STATES.indexOf(state),
    ]),
  )
}

function* symbolFamilies(source: StateSource): Generator<string> {
  const all = [...source.current().symbols.values()]
  const each = (figureOf: (one: (typeof all)[number]) => number): Sample[] =>
    all.map((one) => [{ symbol: shortSymbol(one.symbol) }, figureOf(one)])
  yield family(
    'minutes_total',
    'counter',
    'Minutes closed.',
    each(({ minuteCount }) => minuteCount),
  )
  yield family(
    'frames_total',
    'counter',
    'Frames of the order book.',
    each(({ market }) => market.frameCount),
  )
  yield family(
    'book_synced',
    'gauge',
    '1 while the book follows the venue.',
    each(({ market }) => Number(market.book.state === 'synced')),
  )
  yield family(
    'book_resyncs_total',
    'counter',
    'Times the book had to be joined anew.',
    each(({ market }) => market.book.counts.resyncs),
  )
  yield family(
    'book_snapshots_compared_total',
    'counter',
    'Snapshots of the venue that the book was compared with.',
    each(({ market }) => market.book.audit.snapshotsCompared),
  )
  yield family(
    'book_levels_compared_total',
    'counter',
    'Levels of those snapshots and of the book at their ids.',
    each(({ market }) => market.book.audit.levelsCompared),
  )
  yield family(
    'book_levels_differing_total',
    'counter',
    'Levels of them that differed.',
    each(({ market: { book } }) => book.audit.levelsDiffering - book.audit.levelsUnseen),
  )
  yield family(
    'book_levels_unseen_total',
    'counter',
    'Levels beyond what the book was made of, that no diff has named since.',
    each(({ market }) => market.book.audit.levelsUnseen),
  )
  yield family(
    'mid_usd',
    'gauge',
    'Mid of the book.',
    each(({ market }) => market.metrics.midUsd),
  )
  yield family(
    'open_interest_base',
    'gauge',
    'As last polled.',
    each(({ market }) => market.openInterest.sizeBase ?? 0),
  )
}

function* processFamilies(
  { counts, cache, streamCount, monoMs, source }: MetricsOptions,
  startMs: number,
): Generator<string> {
  yield family('uptime_seconds', 'gauge', 'Since the server was made.', [
    [{}, (monoMs() - startMs) / 1000],
  ])
  yield family('resident_bytes', 'gauge', 'Memory of the process.', [
    [{}, process.memoryUsage.rss()],
  ])
  yield family('push_streams', 'gauge', 'Open push streams.', [[{}, streamCount()]])
  yield family('past_waiting', 'gauge', 'Requests that wait for a moment of the past.', [
    [{}, source.waitingCount()],
  ])
  yield family('body_cache_bytes', 'gauge', 'Bodies that are kept.', [[{}, cache.byteCount]])
  yield family('body_cache_hits_total', 'counter', 'Answered from them.', [[{}, cache.hitCount]])
  yield family('body_cache_misses_total', 'counter', 'Made anew.', [[{}, cache.missCount]])
  yield family(
    'requests_total',
    'counter',
    'Requests by route and status.',
    [...counts.rows.values()].map(({ route, status, count }) => [{ route, status }, count]),
  )
  const name = `${PREFIX}request_seconds`
  let text = `# HELP ${name} Time to answer.\n# TYPE ${name} histogram\n`
  for (const [place, bound] of BUCKETS_S.entries()) {
    text += `${name}_bucket{le="${bound}"} ${counts.buckets[place] ?? 0}\n`
  }
  text += `${name}_bucket{le="+Inf"} ${counts.count}\n`
  yield `${text}${name}_sum ${counts.secondsSum}\n${name}_count ${counts.count}\n`
}
