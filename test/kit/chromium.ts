/**
 * The Chromium of the system, headless, driven over the DevTools protocol. Nothing is downloaded:
 * where there is no Chromium, `chromiumPath` is undefined and tests skip.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { WebSocket } from 'ws'

export const chromiumPath = ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find((path) =>
  existsSync(path),
)

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--remote-debugging-port=0',
]
const START_MS_MAX = 30_000
const WAIT_MS_MAX = 15_000

interface Reply {
  readonly id?: number
  readonly method?: string
  readonly sessionId?: string
  readonly params?: Readonly<Record<string, unknown>>
  readonly result?: Readonly<Record<string, unknown>>
  readonly error?: { readonly message: string }
}

export interface Screen {
  readonly widthPx: number
  readonly heightPx: number
  readonly scheme?: 'light' | 'dark'
  readonly isPhone?: boolean
}

/** One tab. */
export class Page {
  readonly #browser: Browser
  readonly #sessionId: string
  /** What the console has: errors, warnings, failed requests, exceptions that nobody caught. */
  readonly complaints: string[] = []
  #onLoad: () => void = () => undefined

  constructor(browser: Browser, sessionId: string) {
    this.#browser = browser
    this.#sessionId = sessionId
  }

  send(method: string, params: object = {}): Promise<Readonly<Record<string, unknown>>> {
    return this.#browser.send(method, params, this.#sessionId)
  }

  async show({ widthPx, heightPx, scheme = 'light', isPhone = false }: Screen): Promise<void> {
    await this.send('Emulation.setDeviceMetricsOverride', {
      width: widthPx,
      height: heightPx,
      deviceScaleFactor: isPhone ? 2 : 1,
      mobile: isPhone,
    })
    const features = [{ name: 'prefers-color-scheme', value: scheme }]
    await this.send('Emulation.setEmulatedMedia', { features })
  }

  /** Goes to `url` and waits until it and its modules have loaded. */
  async open(url: string): Promise<void> {
    const loaded = new Promise<void>((resolve) => {
      this.#onLoad = resolve
    })
    await this.send('Page.navigate', { url })
    await loaded
  }

  /** The value of an expression, as JSON carries it. A promise is awaited. */
  async evaluate<T>(expression: string): Promise<T> {
    const { result, exceptionDetails } = (await this.send('Runtime.evaluate', {
      expression,
      awaitPromise: true,
      returnByValue: true,
    })) as { result: { value: T }; exceptionDetails?: object }
    if (exceptionDetails !== undefined) throw new Error(JSON.stringify(exceptionDetails))
    return result.value
  }

  /** Waits until an expression is true, which the page itself looks at. */
  async until(expression: string): Promise<void> {
    const holds = await this.evaluate<boolean>(`new Promise((resolve) => {
      const deadline = performance.now() + ${WAIT_MS_MAX}
      const look = () => {
        if (${expression}) resolve(true)
        else if (performance.now() > deadline) resolve(false)
        else setTimeout(look, 50)
      }
      look()
    })`)
    if (!holds) throw new Error(`not within ${WAIT_MS_MAX} ms: ${expression}`)
  }

  async press(key: string): Promise<void> {
    for (const type of ['keyDown', 'keyUp']) {
      await this.send('Input.dispatchKeyEvent', { type, key, text: key.length === 1 ? key : '' })
    }
  }

  async mouse(type: string, x: number, y: number, more: object = {}): Promise<void> {
    await this.send('Input.dispatchMouseEvent', { type, x, y, ...more })
  }

  /** A PNG of what is in sight, or of the whole page. */
  async screenshot(whole: boolean): Promise<Buffer> {
    const { data } = await this.send('Page.captureScreenshot', {
      captureBeyondViewport: whole,
      format: 'png',
    })
    return Buffer.from(String(data), 'base64')
  }

  /** Takes an event of the tab. */
  take(method: string, params: Readonly<Record<string, unknown>>): void {
    const loud =
      (method === 'Runtime.consoleAPICalled' &&
        /^(error|warning|assert)$/.test(`${params['type']}`)) ||
      method === 'Runtime.exceptionThrown' ||
      method === 'Log.entryAdded'
    if (method === 'Page.loadEventFired') this.#onLoad()
    if (loud) this.complaints.push(`${method} ${JSON.stringify(params)}`)
  }
}

export class Browser {
  readonly #socket: WebSocket
  readonly #process: ChildProcess
  readonly #profile: string
  readonly #waiting = new Map<number, (reply: Reply) => void>()
  readonly #pages = new Map<string, Page>()
  #nextId = 1
  #targetId: string | undefined

  private constructor(socket: WebSocket, process: ChildProcess, profile: string) {
    this.#socket = socket
    this.#process = process
    this.#profile = profile
    socket.on('message', (data) => this.#take(JSON.parse(String(data)) as Reply))
    socket.on('close', () => {
      for (const answer of this.#waiting.values()) answer({ error: { message: 'browser gone' } })
      this.#waiting.clear()
    })
  }

  static async start(path: string): Promise<Browser> {
    const profile = await mkdtemp(join(tmpdir(), 'moonreplay-chromium-'))
    const process = spawn(path, [...FLAGS, `--user-data-dir=${profile}`, 'about:blank'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    const socket = new WebSocket(await addressOf(process))
    await new Promise<void>((resolve, reject) => {
      socket.once('open', resolve)
      socket.once('error', reject)
    })
    return new Browser(socket, process, profile)
  }

  /** Opens a tab and closes the one before: a tab in the background draws nothing. */
  async newPage(): Promise<Page> {
    const before = this.#targetId
    const { targetId } = await this.send('Target.createTarget', { url: 'about:blank' })
    const { sessionId } = await this.send('Target.attachToTarget', { targetId, flatten: true })
    const page = new Page(this, String(sessionId))
    this.#pages.set(String(sessionId), page)
    this.#targetId = String(targetId)
    if (before !== undefined) await this.send('Target.closeTarget', { targetId: before })
    for (const domain of ['Page', 'Runtime', 'Log']) await page.send(`${domain}.enable`)
    return page
  }

  async close(): Promise<void> {
    const ended = new Promise((resolve) => this.#process.once('exit', resolve))
    this.#socket.close()
    this.#process.kill('SIGKILL')
    await ended
    await rm(this.#profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
  }

  async send(
    method: string,
    params: object,
    sessionId?: string,
  ): Promise<Readonly<Record<string, unknown>>> {
    const id = this.#nextId
    this.#nextId += 1
    const answered = new Promise<Reply>((resolve) => this.#waiting.set(id, resolve))
    this.#socket.send(JSON.stringify({ id, method, params, sessionId }))
    const { result, error } = await answered
    if (error !== undefined) throw new Error(`${method}: ${error.message}`)
    return result ?? {}
  }

  #take(reply: Reply): void {
    if (reply.id === undefined) {
      const page = this.#pages.get(reply.sessionId ?? '')
      page?.take(reply.method ?? '', reply.params ?? {})
      return
    }
    this.#waiting.get(reply.id)?.(reply)
    this.#waiting.delete(reply.id)
  }
}

/** Chromium says on standard error where it listens. */
function addressOf(process: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = ''
    const timer = setTimeout(
      () => reject(new Error(`chromium did not start: ${said}`)),
      START_MS_MAX,
    )
    process.once('exit', () => reject(new Error(`chromium ended: ${said}`)))
    process.once('error', reject)
    process.stderr?.on('data', (chunk) => {
      said += String(chunk)
      const address = /DevTools listening on (ws:\S+)/.exec(said)?.[1]
      if (address === undefined) return
      clearTimeout(timer)
      resolve(address)
    })
  })
}
