import { describe, expect, test } from 'vitest'
import type { DashboardView } from '../../src/projections/dashboard-view.ts'
import { runDashboard, type Terminal } from '../../src/terminal/dashboard.ts'
import { layout, PANELS } from '../../src/terminal/layout.ts'
import { fixed, moment, signed, span } from '../../src/terminal/numbers.ts'
import { difference, ENTER_SCREEN, LEAVE_SCREEN, Screen } from '../../src/terminal/screen.ts'
import { madeView } from './made-view.ts'

const linesAt = (columns: number, rows: number, view: DashboardView = madeView()) =>
  layout(view, { columns, rows }).lines(false)

describe('layout', () => {
  test.each([
    [80, 24],
    [120, 40],
    [190, 50],
  ])('at %i×%i no line is wider than the terminal, and every number is whole', (columns, rows) => {
    const lines = linesAt(columns, rows)
    expect(lines).toHaveLength(rows)
    for (const line of lines) expect([...line].length).toBeLessThanOrEqual(columns)
    const text = lines.join('\n')
    expect(text).toContain('$65,902.50')
    expect(text).toContain('REPLAY')
    expect(text).toContain('$66,991')
    expect(text).toContain('dead never')
  })

  test('health comes first, and says which stream is dead', () => {
    const [, , first = '', ...rest] = linesAt(190, 50)
    expect(first).toMatch(/^╭─ HEALTH/)
    expect(rest.join('\n')).toMatch(/openInterest\s+dead never/)
  })

  test('wide, it shows every panel', () => {
    const text = linesAt(190, 60).join('\n')
    for (const make of PANELS) expect(text).toContain(make(madeView()).title)
  })

  test('labels are shortened before values', () => {
    const text = layout(madeView(), { columns: 30, rows: 30, focus: 5 }).lines(false).join('\n')
    expect(text).toContain('0.0220 BTC')
    expect(text).toContain('…')
  })

  test('longs that were liquidated are those of sell orders', () => {
    expect(linesAt(190, 60).join('\n')).toMatch(/longs \(sell orders\) 1\s+0\.0110 BTC/)
  })

  test('an empty state is drawn without a figure that is not one', () => {
    const view = madeView({
      asOfMs: 0,
      streams: [],
      ready: false,
      digest: '',
      model: { ...madeView().model, longZones: [], shortZones: [], weights: [], name: 'none' },
    })
    const text = linesAt(120, 40, view).join('\n')
    expect(text).not.toMatch(/NaN|Infinity|undefined|1970/)
    expect(text).toContain('no long zones yet')
    expect(text).toContain('not ready yet')
  })
})

describe('screen', () => {
  test('only rows that changed are sent', () => {
    expect(difference(['a', 'b', 'c'], ['a', 'x', 'c'])).toBe('\u001b[2;1Hx\u001b[K')
    expect(difference(['a'], ['a'])).toBe('')
  })

  test('without colour there is no escape sequence', () => {
    const screen = new Screen(10, 1)
    screen.put(0, 0, 'red', 'red')
    expect(screen.lines(false)).toEqual(['red'])
    expect(screen.lines(true)[0]).toContain('\u001b[31mred')
  })

  test('what lies outside is cut', () => {
    const screen = new Screen(3, 1)
    screen.put(0, -1, 'abcdef')
    screen.put(5, 0, 'x')
    expect(screen.lines(false)).toEqual(['bcd'])
  })
})

test('numbers are written alike everywhere', () => {
  expect(fixed(5_354_561_052, 0)).toBe('5,354,561,052')
  expect(fixed(-0.00001, 2)).toBe('0.00')
  expect(signed(-0.17910447761194032, 4)).toBe('-0.1791')
  expect(signed(2, 2)).toBe('+2.00')
  expect([span(-1), span(12), span(3_400), span(125_000), span(11_000_000)]).toEqual([
    'never',
    '12 ms',
    '3.4 s',
    '2m 05s',
    '3h 03m',
  ])
  expect(moment(Date.UTC(2026, 0, 5, 3, 4, 5))).toBe('2026-01-05 03:04:05')
})

/** A terminal whose timers and keys a test moves. */
function madeTerminal() {
  const written: string[] = []
  let press: (key: string) => void = () => {}
  let due: (() => void) | undefined
  const terminal: Terminal = {
    size: () => ({ columns: 120, rows: 40 }),
    write: (text) => written.push(text),
    onKey: (listener) => {
      press = listener
      return () => {
        press = () => {}
      }
    },
    setTimer: (_, task) => {
      due = task
      return () => {
        due = undefined
      }
    },
  }
  const settled = () => new Promise((resolve) => setImmediate(resolve))
  return {
    terminal,
    written,
    press: (key: string) => press(key),
    tick: async () => {
      due?.()
      await settled()
    },
    settled,
  }
}

describe('dashboard', () => {
  const start = (view: (symbol: string | undefined) => Promise<DashboardView>) => {
    const made = madeTerminal()
    const asked: (string | undefined)[] = []
    const controls: string[] = []
    const done = runDashboard({
      source: {
        view: (symbol) => {
          asked.push(symbol)
          return view(symbol)
        },
        control: (action, value) => {
          controls.push(`${action} ${value}`)
          return Promise.resolve(`did ${action}`)
        },
      },
      terminal: made.terminal,
      symbol: undefined,
      redrawsPerSecond: 4,
      useColor: false,
      signal: new AbortController().signal,
    })
    return { ...made, asked, controls, done }
  }

  test('draws, changes symbol, controls the replay, and leaves the terminal as it was', async () => {
    const run = start((symbol) => Promise.resolve(madeView({ symbol: symbol ?? 'BTC' })))
    await run.settled()
    expect(run.written[0]).toBe(ENTER_SCREEN)
    expect(run.written[1]).toContain('BTC PRICE')
    run.press('s')
    await run.settled()
    expect(run.asked.at(-1)).toBe('ETH')
    run.press('\u001b[C')
    run.press(' ')
    await run.settled()
    await run.tick()
    expect(run.controls).toEqual(['step 1', 'pause 0'])
    expect(run.written.join('')).toContain('did pause')
    run.press('q')
    await run.done
    expect(run.written.at(-1)).toBe(LEAVE_SCREEN)
  })

  test('says that there is no answer, and goes on when there is one', async () => {
    let isUp = false
    const run = start(() =>
      isUp ? Promise.resolve(madeView()) : Promise.reject(new Error('connection refused')),
    )
    await run.settled()
    expect(run.written.join('')).toContain('no answer: connection refused')
    isUp = true
    await run.tick()
    expect(run.written.join('')).toContain('BTC PRICE')
    run.press('q')
    await run.done
  })
})
