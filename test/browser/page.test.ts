import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type RunningServer, startServer } from '../../src/api/listen.ts'
import { buildServer } from '../../src/api/server.ts'
import { type MadeViews, madeViews } from '../api/made-views.ts'
import { Browser, chromiumPath, type Page, type Screen } from '../kit/chromium.ts'

/** With this set to a folder, pictures of the page are left there to be looked at. */
const picturesFolder = process.env['MOONREPLAY_PICTURES']

const WIDE: Screen = { widthPx: 1400, heightPx: 900 }
const PHONE: Screen = { widthPx: 390, heightPx: 844, isPhone: true }

/** How many kinds of pixel the canvas has, and a sum over all, which tells two pictures apart. */
const CANVAS = `(() => {
  const canvas = document.getElementById('chart')
  const { width, height } = canvas
  // Pixels are read from a copy: reading them from the canvas itself makes the browser warn.
  const copy = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })
  copy.drawImage(canvas, 0, 0)
  const { data } = copy.getImageData(0, 0, width, height)
  const words = new Uint32Array(data.buffer)
  let hash = 0
  for (const word of words) hash = (Math.imul(hash, 31) + word) | 0
  return { kinds: new Set(words).size, hash }
})()`
interface Picture {
  readonly kinds: number
  readonly hash: number
}

/** All of the page stands, with the chart of `symbol`. */
const drawn = (symbol: string): string =>
  `document.getElementById('chart').ariaLabel.startsWith('Minute bars of ${symbol}')` +
  ` && document.getElementById('channels').children.length > 0 && ${CANVAS}.kinds > 8`

if (chromiumPath === undefined) process.stderr.write('no chromium: the page is not tested\n')

describe.skipIf(chromiumPath === undefined)('the page in Chromium', { timeout: 60_000 }, () => {
  let browser: Browser
  let server: RunningServer
  let views: MadeViews

  beforeAll(async () => {
    views = madeViews()
    const failed = (error: unknown): never => {
      throw error
    }
    const app = buildServer({ views, failed })
    server = await startServer({ app, host: '127.0.0.1', port: 0 })
    browser = await Browser.start(chromiumPath ?? '')
  }, 60_000)
  afterAll(async () => {
    await browser.close()
    await server.close()
  })

  async function opened(screen: Screen, hash = ''): Promise<Page> {
    const page = await browser.newPage()
    await page.show(screen)
    await page.open(`${server.url}/${hash}`)
    return page
  }

  async function keep(page: Page, name: string): Promise<void> {
    if (picturesFolder === undefined) return
    await mkdir(picturesFolder, { recursive: true })
    await writeFile(
      join(picturesFolder, `${name}.png`),
      await page.screenshot(name.startsWith('phone')),
    )
  }

  test('draws bars, book and facts of a recording, and complains of nothing', async () => {
    const page = await opened(WIDE)
    await page.until(drawn('BTC'))
    const seen = await page.evaluate<Record<string, string>>(`({
      mode: document.getElementById('mode').textContent,
      recording: document.getElementById('recording').textContent,
      levels: String(document.querySelectorAll('#ladder .level').length),
      channels: document.getElementById('channels').textContent,
      figures: document.getElementById('figures').textContent,
    })`)
    expect(seen).toMatchObject({ mode: 'REPLAY', recording: 'demo', levels: '40' })
    expect(seen['channels']).toContain('bookTicker702,911')
    expect(seen['figures']).toContain('Entries1,234,567')
    expect(page.complaints).toEqual([])
    await keep(page, 'wide-light')
  })

  test('another symbol is another picture, by button and by key', async () => {
    const page = await opened(WIDE)
    await page.until(drawn('BTC'))
    const before = await page.evaluate<Picture>(CANVAS)
    await page.evaluate(`document.querySelectorAll('#symbols button')[1].click()`)
    await page.until(drawn('ETH'))
    await page.until(`${CANVAS}.hash !== ${before.hash}`)
    await page.press('1')
    await page.until(drawn('BTC'))
    await page.until(`${CANVAS}.hash === ${before.hash}`)
    expect(page.complaints).toEqual([])
  })

  test('the address keeps the symbol', async () => {
    const page = await opened(WIDE, '#ETH')
    await page.until(drawn('ETH'))
    expect(page.complaints).toEqual([])
  })

  test('wheel, drag and keys move the window, and End comes back', async () => {
    const page = await opened(WIDE)
    await page.until(drawn('BTC'))
    const start = await page.evaluate<Picture>(CANVAS)
    await page.mouse('mouseWheel', 500, 400, { deltaX: 0, deltaY: -400 })
    await page.until(`${CANVAS}.hash !== ${start.hash}`)
    const zoomed = await page.evaluate<Picture>(CANVAS)
    await page.mouse('mousePressed', 500, 400, { button: 'left', buttons: 1, clickCount: 1 })
    await page.mouse('mouseMoved', 800, 400, { button: 'left', buttons: 1 })
    await page.mouse('mouseReleased', 800, 400, { button: 'left', clickCount: 1 })
    await page.until(`${CANVAS}.hash !== ${zoomed.hash}`)
    const readout = `document.getElementById('readout').textContent`
    const pointed = await page.evaluate<string>(readout)
    expect(pointed).toMatch(/^5 Jan \d\d:\d\d O\s[\d,.]+ H\s[\d,.]+ L\s[\d,.]+ C\s[\d,.]+ /)
    await keep(page, 'wide-crosshair')
    await page.mouse('mouseMoved', 10, 10)
    await page.press('End')
    await page.until(`${readout}.startsWith('5 Jan 02:59') && ${readout}.endsWith('open')`)
    await page.press('ArrowLeft')
    await page.press('-')
    expect(page.complaints).toEqual([])
  })

  test('shows how far the replay is before the state stands, and then the state', async () => {
    const ready = views.status()
    views.set({ ready: false, reason: 'replaying', doneEntryCount: 412_345 })
    const page = await opened(WIDE)
    await page.until(`document.getElementById('progress-bar').value > 0.3`)
    await page.until(`document.getElementById('progress-title').textContent === 'replaying'`)
    // This is what a blank canvas looks like to the tests above.
    expect((await page.evaluate<Picture>(CANVAS)).kinds).toBe(1)
    await keep(page, 'wide-progress')
    views.set(ready)
    await page.until(`document.getElementById('progress').hidden && ${drawn('BTC')}`)
    expect(page.complaints).toEqual([])
  })

  test('live, it takes over what is new', async () => {
    const before = views.status()
    views.set({ mode: 'live', recording: 'first' })
    const page = await opened(WIDE)
    await page.until(drawn('BTC'))
    views.set({ recording: 'second' })
    await page.until(`document.getElementById('recording').textContent === 'second'`)
    expect(await page.evaluate(`document.getElementById('mode').textContent`)).toBe('LIVE')
    await keep(page, 'wide-live')
    views.set(before)
    expect(page.complaints).toEqual([])
  })

  test.each([
    ['wide-dark', { ...WIDE, scheme: 'dark' }],
    ['phone-light', PHONE],
    ['phone-dark', { ...PHONE, scheme: 'dark' }],
  ] as const)('fits without scrolling sideways: %s', async (name, screen) => {
    const page = await opened(screen)
    await page.until(drawn('BTC'))
    const width = await page.evaluate('document.documentElement.scrollWidth')
    expect(width).toBe(screen.widthPx)
    await keep(page, name)
    expect(page.complaints).toEqual([])
  })
})
