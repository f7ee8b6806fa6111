/**
 * The loop of the terminal view: asks for the view so many times a second, draws what changed, and
 * does what keys say. The terminal itself is given, so that tests have one without a screen.
 */
import type { DashboardView } from '../projections/dashboard-view.ts'
import { actionOf } from './keys.ts'
import { layout } from './layout.ts'
import { difference, ENTER_SCREEN, LEAVE_SCREEN } from './screen.ts'

/** Where views come from. */
export interface DashboardSource {
  view(symbol: string | undefined): Promise<DashboardView>
  /** Replay control; says what it did, or why it could not. */
  control(action: Control, value: number): Promise<string>
}

/** `newest` leaves the moment that was moved to. */
export type Control = 'pause' | 'step' | 'faster' | 'newest'

export interface Terminal {
  size(): { readonly columns: number; readonly rows: number }
  write(text: string): void
  /** Calls `listener` for each key; returns what stops that. */
  onKey(listener: (key: string) => void): () => void
  setTimer(waitMs: number, task: () => void): () => void
}

export interface DashboardOptions {
  readonly source: DashboardSource
  readonly terminal: Terminal
  readonly symbol: string | undefined
  readonly redrawsPerSecond: number
  readonly useColor: boolean
  readonly signal: AbortSignal
}

/** How long a notice stands in the last line. Unit: redraws. */
const NOTICE_REDRAWS = 12

/** Runs until `q` or the signal. The terminal is restored whatever happens. */
export async function runDashboard(options: DashboardOptions): Promise<void> {
  const { terminal } = options
  const dashboard = new Dashboard(options)
  terminal.write(ENTER_SCREEN)
  const stopKeys = terminal.onKey((key) => dashboard.key(key))
  try {
    await dashboard.run()
  } finally {
    stopKeys()
    terminal.write(LEAVE_SCREEN)
  }
}

class Dashboard {
  readonly #options: DashboardOptions
  #symbol: string | undefined
  #symbols: readonly string[] = []
  #focus: number | undefined
  #notice = ''
  #noticeRedraws = 0
  #shown: readonly string[] = []
  #size = ''
  #isOver = false
  #wake: () => void = () => {}

  constructor(options: DashboardOptions) {
    this.#options = options
    this.#symbol = options.symbol
  }

  async run(): Promise<void> {
    const { signal, redrawsPerSecond } = this.#options
    signal.addEventListener('abort', () => this.#end(), { once: true })
    if (signal.aborted) return
    while (!this.#isOver) {
      await this.#redraw()
      if (!this.#isOver) await this.#pause(1000 / redrawsPerSecond)
    }
  }

  key(key: string): void {
    const action = actionOf(key)
    switch (action?.kind) {
      case 'quit':
        this.#end()
        break
      case 'nextSymbol':
        this.#nextSymbol()
        break
      case 'focus':
        this.#focus = action.panel
        break
      case 'pause':
        this.#control('pause', 0)
        break
      case 'step':
        this.#control('step', action.minutes)
        break
      case 'faster':
        this.#control('faster', action.factor)
        break
      case 'newest':
        this.#control('newest', 0)
        break
      case undefined:
        return
    }
    this.#wake()
  }

  async #redraw(): Promise<void> {
    const { source, terminal, useColor } = this.#options
    let view: DashboardView
    try {
      view = await source.view(this.#symbol)
    } catch (error) {
      this.#drawFailure(error instanceof Error ? error.message : String(error))
      return
    }
    this.#symbols = view.symbols
    this.#symbol = view.symbol
    const { columns, rows } = terminal.size()
    if (this.#noticeRedraws > 0) this.#noticeRedraws -= 1
    const notice = this.#noticeRedraws > 0 ? this.#notice : ''
    const screen = layout(view, { columns, rows, focus: this.#focus, notice })
    this.#show(screen.lines(useColor))
  }

  #drawFailure(reason: string): void {
    const kept = this.#shown.length > 0 ? this.#shown : ['']
    this.#show([` no answer: ${reason}`, ...kept.slice(1)])
  }

  #show(lines: readonly string[]): void {
    const { terminal } = this.#options
    const { columns, rows } = terminal.size()
    const size = `${columns}x${rows}`
    // A terminal that was resized shows something else than what was drawn.
    if (size !== this.#size) this.#shown = []
    const clear = size !== this.#size && this.#size !== '' ? '\u001b[2J' : ''
    this.#size = size
    terminal.write(clear + difference(this.#shown, lines))
    this.#shown = lines
  }

  #nextSymbol(): void {
    const at = this.#symbols.indexOf(this.#symbol ?? '')
    this.#symbol = this.#symbols[(at + 1) % Math.max(1, this.#symbols.length)]
  }

  #control(action: Control, value: number): void {
    const tell = (notice: string) => {
      this.#notice = notice
      this.#noticeRedraws = NOTICE_REDRAWS
    }
    this.#options.source.control(action, value).then(tell, (error: unknown) => {
      tell(error instanceof Error ? error.message : String(error))
    })
  }

  #pause(waitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#options.terminal.setTimer(waitMs, resolve)
      this.#wake = () => {
        cancel()
        resolve()
      }
    })
  }

  #end(): void {
    this.#isOver = true
    this.#wake()
  }
}
