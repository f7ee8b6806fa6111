/** Views over HTTP: of a daemon, or of a server over a recording. */
import type { DashboardView } from '../projections/dashboard-view.ts'
import type { Control, DashboardSource } from './dashboard.ts'

const REQUEST_MS_MAX = 5_000

interface Playhead {
  readonly playing: boolean
  readonly speed: number
  readonly atMs: number
}

export class HttpSource implements DashboardSource {
  readonly #url: string
  readonly #headers: Readonly<Record<string, string>>
  /** Once the replay has been moved, its playhead is what is shown. */
  #atPlayhead: boolean

  /** `url`: scheme, host and port. */
  constructor(url: string, token: string | undefined) {
    this.#url = url.replace(/\/+$/, '')
    this.#headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
    this.#atPlayhead = false
  }

  async view(symbol: string | undefined): Promise<DashboardView> {
    const query = new URLSearchParams()
    if (symbol !== undefined) query.set('symbol', symbol)
    if (this.#atPlayhead) query.set('at', 'replay')
    const view = (await this.#ask('GET', `/v1/dashboard?${query}`)) as DashboardView
    // A capture tells of its past as it did then, when that was the present.
    return this.#atPlayhead ? { ...view, mode: 'replay' } : view
  }

  async control(action: Control, value: number): Promise<string> {
    if (action === 'newest') {
      this.#atPlayhead = false
      return 'the newest'
    }
    const before = (await this.#ask('GET', '/v1/replay')) as Playhead
    const playhead = (await this.#ask(
      'POST',
      `/v1/replay?${commandOf(action, value, before)}`,
    )) as Playhead
    this.#atPlayhead = true
    return playhead.playing ? `playing at ${playhead.speed}x` : 'paused'
  }

  async #ask(method: 'GET' | 'POST', path: string): Promise<unknown> {
    const response = await fetch(`${this.#url}${path}`, {
      method,
      headers: this.#headers,
      signal: AbortSignal.timeout(REQUEST_MS_MAX),
    })
    const body: unknown = await response.json()
    if (response.ok) return body
    const { message } = body as { readonly message?: string }
    throw new Error(message ?? `status ${response.status}`)
  }
}

function commandOf(
  action: Exclude<Control, 'newest'>,
  value: number,
  { playing, speed }: Playhead,
): URLSearchParams {
  switch (action) {
    case 'pause':
      return new URLSearchParams({ action: playing ? 'pause' : 'play' })
    case 'step':
      return new URLSearchParams({ action: 'step', by: String(value) })
    case 'faster':
      return new URLSearchParams({ action: 'speed', speed: String(speed * value) })
  }
}
