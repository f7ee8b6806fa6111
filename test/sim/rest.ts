/** The REST side of the simulated venue, and its faults. */
import { type HttpReply, RequestFailure } from '../../src/capture/world.ts'
import type { Random } from '../../src/exchange/random.ts'
import type { SimClock } from './clock.ts'
import type { RestFault } from './faults.ts'
import type { SimVenue } from './venue.ts'

export interface RestOptions {
  readonly clock: SimClock
  readonly venue: SimVenue
  readonly random: Random
}

const encoder = new TextEncoder()

/** When the venue takes no request. */
interface Ban {
  readonly fromMs: number
  readonly toMs: number
  /** Whoever was told has not died before the reply came. */
  isTold: boolean
}

export class SimRest {
  /** What is wrong with replies now; the last one that began counts. */
  readonly faults: RestFault[] = []
  /** Requests that came while the venue had asked for silence. */
  tooEarlyCount = 0
  runningCount = 0
  runningCountMax = 0
  readonly #options: RestOptions
  readonly #bans: Ban[] = []

  constructor(options: RestOptions) {
    this.#options = options
  }

  request(
    host: { readonly isDead: boolean },
    url: string,
    timeoutMs: number,
    signal: AbortSignal,
  ): Promise<HttpReply> {
    const { clock, random } = this.#options
    const { pathname, searchParams } = new URL(url)
    const fault = this.faults.at(-1)
    const isBanned = ({ fromMs, toMs, isTold }: Ban): boolean =>
      isTold && clock.timeMs > fromMs && clock.timeMs < toMs
    if (this.#bans.some(isBanned)) this.tooEarlyCount += 1
    this.runningCount += 1
    this.runningCountMax = Math.max(this.runningCountMax, this.runningCount)
    return new Promise((resolve, reject) => {
      let isDone = false
      const end = (task: () => void): void => {
        if (isDone) return
        isDone = true
        this.runningCount -= 1
        cancelTimeout()
        signal.removeEventListener('abort', abort)
        // A process that is gone hears nothing, and its promises stay open.
        if (!host.isDead) task()
      }
      const fail = (code: string, message: string): void =>
        end(() => reject(new RequestFailure(code, message, undefined)))
      const abort = (): void => fail('', 'aborted')
      signal.addEventListener('abort', abort)
      const cancelTimeout = clock.schedule(timeoutMs, () =>
        fail('TIMEOUT', `no reply in ${timeoutMs} ms`),
      )
      if (fault === 'lost') return
      const outMs = random.between(10, 60)
      if (fault === 'refused') {
        clock.schedule(outMs, () => fail('ECONNREFUSED', 'connect ECONNREFUSED'))
        return
      }
      const backMs = fault === 'slow' ? random.between(1_000, 12_000) : random.between(10, 60)
      clock.schedule(outMs, () => {
        const bansBefore = this.#bans.length
        const reply = this.#replyTo(pathname, searchParams.get('symbol') ?? '', fault)
        const bans = this.#bans.slice(bansBefore)
        clock.schedule(backMs, () =>
          end(() => {
            for (const ban of bans) ban.isTold = true
            resolve(reply)
          }),
        )
      })
    })
  }

  #replyTo(path: string, symbol: string, fault: RestFault | undefined): HttpReply {
    const { clock, venue, random } = this.#options
    const headers = { 'x-mbx-used-weight-1m': '7', 'content-type': 'application/json' }
    const reply = (status: number, text: string, more: Record<string, string> = {}): HttpReply => ({
      status,
      headers: { ...headers, ...more },
      body: encoder.encode(text),
    })
    if (fault === '429' || fault === '418') {
      const retryAfterS = 1 + random.below(30)
      // Requests that were under way meanwhile are not the recorder's fault.
      const toMs = clock.timeMs + retryAfterS * 1000 - 500
      this.#bans.push({ fromMs: clock.timeMs + 200, toMs, isTold: false })
      const text = '{"code":-1003,"msg":"Too many requests"}'
      return reply(Number(fault), text, { 'retry-after': String(retryAfterS) })
    }
    if (fault === 'error') return reply(503, '<html>Service Unavailable</html>')
    const body = venue.bodyOf(path, symbol)
    if (fault === 'garbage') return reply(200, body.slice(0, random.below(body.length + 1)))
    return body === '' ? reply(404, '{"code":-1,"msg":"unknown"}') : reply(200, body)
  }
}
