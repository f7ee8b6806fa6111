/**
 * Asks everything that a capture needs once: each route for one message of each stream, each REST
 * path, the clocks, the limits and the disk. It records nothing.
 */

import type { CaptureSettings } from './capture-settings.ts'
import { measureClock, startClockWatch } from './clock-offset.ts'
import { examineRoute } from './doctor-route.ts'
import type { CapturePlan, PlannedPoll } from './plan.ts'
import { SchemaWatch } from './schema-watch.ts'
import type { WriteSpeed } from './storage.ts'
import type { Venue } from './venue.ts'
import type { SavedLimits } from './weight-budget.ts'
import { type HttpReply, RequestFailure, type World } from './world.ts'

export interface DoctorCheck {
  readonly name: string
  /** `unknown`: it could not be told, and is no reason to stop. */
  readonly status: 'ok' | 'failed' | 'unknown'
  readonly detail: string
}

export interface DoctorOptions {
  readonly plan: CapturePlan
  readonly venue: Venue
  readonly settings: CaptureSettings
  readonly world: World
  /** Limits that a run before left; nothing where there are none. */
  readonly saved: SavedLimits | undefined
  readonly disk: {
    readonly freeBytes: () => Promise<number>
    readonly writeSpeed: () => Promise<WriteSpeed>
  }
}

/** A clock further off than this makes exchange times unbelievable (`product.md` §2). */
const CLOCK_MS_MAX = 5_000
/** Half of what may wait for the disk would be there after so long, at 10 MB/s. */
const SYNC_MS_MAX = 500

/** All checks, in order; the venue is asked for no more than `plan` asks for in a minute. */
export async function examine(options: DoctorOptions): Promise<readonly DoctorCheck[]> {
  const { plan, saved, world } = options
  const disk = await examineDisk(options)
  const blockedMs = (saved?.blockedUntilMs ?? 0) - world.nowUs() / 1000
  if (blockedMs > 0) {
    const detail = `the venue takes no request of this host for ${Math.ceil(blockedMs / 1000)} s more`
    return [...disk, { name: 'limits', status: 'failed', detail }]
  }
  const routes = await Promise.all(plan.connections.map((one) => examineRoute(one, options)))
  const rest = await examineRest(options)
  return [...disk, ...routes.flat(), ...rest]
}

async function examineDisk({ disk, settings }: DoctorOptions): Promise<readonly DoctorCheck[]> {
  const { diskFreeBytesMin } = settings
  try {
    const freeBytes = await disk.freeBytes()
    const { syncMs, syncMsMax } = await disk.writeSpeed()
    return [
      {
        name: 'disk space',
        status: freeBytes >= diskFreeBytesMin ? 'ok' : 'failed',
        detail: `${(freeBytes / 1e9).toFixed(2)} GB are free, ${(diskFreeBytesMin / 1e9).toFixed(2)} GB should be`,
      },
      {
        name: 'disk speed',
        status: syncMs <= SYNC_MS_MAX ? 'ok' : 'failed',
        detail: `1 MB is durable after ${syncMs.toFixed(1)} ms, at worst ${syncMsMax.toFixed(1)} ms; ${SYNC_MS_MAX} ms may be`,
      },
    ]
  } catch (error) {
    return [{ name: 'disk', status: 'failed', detail: reasonOf(error) }]
  }
}

/** One request of each kind, one after the other, as a capture would first send them. */
async function examineRest(options: DoctorOptions): Promise<readonly DoctorCheck[]> {
  const { plan, venue, world } = options
  const checks: DoctorCheck[] = []
  const schema = new SchemaWatch(venue.fields, () => {})
  const replies = new Map<string, HttpReply>()
  for (const poll of firstOfEach(plan.polls)) {
    const { check, reply } = await ask(poll, options)
    checks.push(check)
    if (reply === undefined) continue
    replies.set(poll.channel, reply)
    schema.check(poll.channel, poll.symbol, reply.body, false, world.nowUs() / 1000)
  }
  for (const { channel, reason } of schema.drifts) {
    checks.push({ name: `fields of ${channel}`, status: 'failed', detail: reason })
  }
  checks.push(await examineClock(options))
  checks.push(examineLimits(options, replies))
  return checks
}

function firstOfEach(polls: readonly PlannedPoll[]): readonly PlannedPoll[] {
  const byChannel = new Map<string, PlannedPoll>()
  for (const poll of polls) if (!byChannel.has(poll.channel)) byChannel.set(poll.channel, poll)
  return [...byChannel.values()]
}

async function ask(
  { path, url }: PlannedPoll,
  { world, settings }: DoctorOptions,
): Promise<{ readonly check: DoctorCheck; readonly reply: HttpReply | undefined }> {
  const name = `REST ${path}`
  const sentUs = world.monoUs()
  try {
    const reply = await world.request(url, settings.requestMsMax, new AbortController().signal)
    const waitMs = (world.monoUs() - sentUs) / 1000
    const status = reply.status === 200 ? 'ok' : 'failed'
    const detail = `status ${reply.status}${meaningOf(reply.status)}, ${reply.body.length} bytes after ${waitMs.toFixed(0)} ms`
    return { check: { name, status, detail }, reply: status === 'ok' ? reply : undefined }
  } catch (error) {
    if (!(error instanceof RequestFailure)) throw error
    const { code, message } = error
    const detail = code === '' || message.includes(code) ? message : `${code} ${message}`
    return { check: { name, status: 'failed', detail }, reply: undefined }
  }
}

const MEANINGS: Readonly<Record<number, string>> = {
  403: ' (refused by its firewall)',
  418: ' (this address is banned)',
  429: ' (too many requests)',
  451: ' (not served in this region)',
}
const meaningOf = (status: number): string => MEANINGS[status] ?? ''

/** Two measurements, since one alone does not tell a clock that is wrong from one of another rate. */
async function examineClock(options: DoctorOptions): Promise<DoctorCheck> {
  const { plan, venue, world, settings } = options
  const name = 'clock'
  const poll = plan.polls.find(({ channel }) => channel === 'serverTime')
  if (poll === undefined) return { name, status: 'unknown', detail: 'the venue has no clock' }
  const watch = startClockWatch()
  for (let measurement = 0; measurement < 2; measurement += 1) {
    const sentMs = world.nowUs() / 1000
    try {
      const { body } = await world.request(
        poll.url,
        settings.requestMsMax,
        new AbortController().signal,
      )
      const text = new TextDecoder().decode(body)
      const serverTimeMs = Number(/"serverTime":(\d+)/.exec(text)?.[1])
      measureClock(watch, sentMs, world.nowUs() / 1000, serverTimeMs)
    } catch (error) {
      if (!(error instanceof RequestFailure)) throw error
      return { name, status: 'failed', detail: error.message }
    }
  }
  if (watch.last === undefined) {
    return { name, status: 'failed', detail: 'its time could not be read' }
  }
  if (watch.unsteady) {
    return { name, status: 'unknown', detail: 'the clock of the venue runs at another rate' }
  }
  const { offsetMs, rttMs } = watch.last
  const detail = `the venue is ${offsetMs.toFixed(1)} ms ahead of us, give or take ${(rttMs / 2).toFixed(1)} ms`
  if (Math.abs(offsetMs) <= CLOCK_MS_MAX) return { name, status: 'ok', detail }
  // A virtual exchange has the time of its recording.
  const isOwn = poll.url.startsWith(venue.restUrl)
  return {
    name,
    status: isOwn ? 'failed' : 'unknown',
    detail: `${detail}; ${CLOCK_MS_MAX} ms may be`,
  }
}

function examineLimits(
  { plan, venue, settings }: DoctorOptions,
  replies: ReadonlyMap<string, HttpReply>,
): DoctorCheck {
  const name = 'limits'
  const used = [...replies.values()].map(({ headers }) => Number(headers[venue.usedWeightHeader]))
  const usedWeight = Math.max(0, ...used.filter((weight) => weight >= 0))
  const allowed = weightLimitOf(replies.get('exchangeInfo'))
  const wanted = `${plan.weightPerMinute.toFixed(0)} weight a minute are wanted, ${usedWeight} are used`
  if (allowed === undefined) {
    const detail = `${wanted}; the venue does not say how much it allows`
    return { name, status: 'unknown', detail }
  }
  const { weightPerMinuteMax } = settings
  const isFine = weightPerMinuteMax <= allowed && usedWeight + plan.weightPerMinute <= allowed
  const detail = `${wanted}, the venue allows ${allowed}, capture.weightPerMinuteMax is ${weightPerMinuteMax}`
  return { name, status: isFine ? 'ok' : 'failed', detail }
}

function weightLimitOf(reply: HttpReply | undefined): number | undefined {
  const text = reply === undefined ? '' : new TextDecoder().decode(reply.body)
  const limit = /\{[^{}]*"rateLimitType":"REQUEST_WEIGHT"[^{}]*\}/.exec(text)?.[0] ?? ''
  const isMinute = limit.includes('"interval":"MINUTE"') && /"intervalNum":1\b/.test(limit)
  const allowed = Number(/"limit":(\d+)/.exec(limit)?.[1])
  return isMinute && allowed > 0 ? allowed : undefined
}

const reasonOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error)
