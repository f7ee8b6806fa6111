import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Browser, chromiumPath, type Page, type Screen } from '../kit/chromium.ts'
import { type DemoServer, startDemo } from './demo-server.ts'

/** With this set to a folder, pictures of the page are left there to be looked at. */
const picturesFolder = process.env['MOONREPLAY_PICTURES']

const WIDE: Screen = { widthPx: 1440, heightPx: 900 }
const TABLET: Screen = { widthPx: 768, heightPx: 1024 }
const PHONE: Screen = { widthPx: 390, heightPx: 844, isPhone: true }

/**
 * What a canvas shows: how many kinds of pixel, how many that have a strong colour (which only a
 * heatmap, marks and zones have), and a sum over all, which tells two pictures apart.
 */
const pictureOf = (id: string): string => `(() => {
  const canvas = document.getElementById('${id}')
  const { width, height } = canvas
  // Pixels are read from a copy: reading them from the canvas itself makes the browser warn.
  const copy = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })
  copy.fillStyle = 'white'
  copy.fillRect(0, 0, width, height)
  copy.drawImage(canvas, 0, 0)
  const { data } = copy.getImageData(0, 0, width, height)
  const words = new Uint32Array(data.buffer)
  let hash = 0
  let colored = 0
  for (const word of words) {
    hash = (Math.imul(hash, 31) + word) | 0
    const [red, blue] = [word & 255, (word >> 16) & 255]
    if (Math.abs(red - blue) > 60) colored += 1
  }
  return { kinds: new Set(words).size, hash, colored: colored / words.length }
})()`
interface Picture {
  readonly kinds: number
  readonly hash: number
  readonly colored: number
}

const CANVAS = pictureOf('chart')

/** The chart of `symbol` stands, with its heatmap, and so do zones, weights and streams. */
const drawn = (symbol: string): string => `(() => {
  const filled = (selector) => document.querySelector(selector) !== null
  return document.getElementById('chart').ariaLabel.startsWith('Minute bars of ${symbol}') &&
    filled('#zones .zone') && filled('#leverage .tier') && filled('#streams .stream') &&
    ${CANVAS}.colored > 0.02
})()`

/** Waits as long as the test may last: a market is simulated and replayed meanwhile. */
const progressIs = (state: 'hidden' | 'shown'): string => `new Promise((resolve) => {
  const look = () => {
    if (document.getElementById('progress').hidden === ${state === 'hidden'}) resolve()
    else setTimeout(look, 50)
  }
  look()
})`

/** The moment shown, as the slider tells it. */
const MOMENT = `Number(document.getElementById('scrubber').ariaValueNow)`
const END = `Number(document.getElementById('scrubber').ariaValueMax)`
const START = `Number(document.getElementById('scrubber').ariaValueMin)`

/** All panels are of the moment shown. */
const SETTLED = `!document.body.classList.contains('behind')`

/** Room that the track leaves at both ends. */
const TRACK_END_PX = 6

if (chromiumPath === undefined) process.stderr.write('no chromium: the page is not tested\n')

describe.skipIf(chromiumPath === undefined)('the page in Chromium', { timeout: 120_000 }, () => {
  let browser: Browser | undefined
  let server: DemoServer | undefined

  beforeAll(async () => {
    server = await startDemo()
    browser = await Browser.start(chromiumPath ?? '')
  }, 120_000)
  afterAll(async () => {
    await browser?.close()
    await server?.close()
  }, 60_000)

  async function opened(screen: Screen, hash = ''): Promise<Page> {
    if (browser === undefined || server === undefined) throw new Error('nothing has been started')
    const page = await browser.newPage()
    await page.show(screen)
    await page.open(`${server.url}/${hash}`)
    return page
  }

  async function keep(page: Page, name: string, whole = false): Promise<void> {
    if (picturesFolder === undefined) return
    await mkdir(picturesFolder, { recursive: true })
    await writeFile(join(picturesFolder, `${name}.png`), await page.screenshot(whole))
  }

  /** Presses and lets go on the track, at a time. */
  async function scrub(page: Page, timeMs: number): Promise<void> {
    const [x, y] = await page.evaluate<[number, number]>(`(() => {
      const { left, top, width, height } = document.getElementById('scrubber').getBoundingClientRect()
      const share = (${timeMs} - ${START}) / (${END} - ${START})
      return [left + ${TRACK_END_PX} + share * (width - ${2 * TRACK_END_PX}), top + height / 2]
    })()`)
    await page.mouse('mousePressed', x, y, { button: 'left', buttons: 1, clickCount: 1 })
    await page.mouse('mouseReleased', x, y, { button: 'left', clickCount: 1 })
    await page.until(SETTLED)
  }

  const answer = <T>(page: Page, path: string): Promise<T> =>
    page.evaluate<T>(`fetch('${path}').then((reply) => reply.json())`)

  /** This comes first: from here on the state stands. */
  test('tells how far the replay is until the state stands, and then draws it', async () => {
    const page = await opened(WIDE)
    await page.evaluate(progressIs('shown'))
    // This is what a blank canvas looks like to the tests below.
    expect(await page.evaluate<Picture>(CANVAS)).toMatchObject({ kinds: 1, colored: 0 })
    await keep(page, 'wide-progress')
    await page.evaluate(progressIs('hidden'))
    await page.until(drawn('BTC'))
    const seen = await page.evaluate<Record<string, string>>(`({
      mode: document.getElementById('mode').textContent,
      recording: document.getElementById('recording').textContent,
      levels: String(document.querySelectorAll('#ladder .level').length),
      figures: document.getElementById('figures').textContent,
      tiers: String(document.querySelectorAll('#leverage .tier').length),
    })`)
    expect(seen).toMatchObject({ mode: 'REPLAY', recording: 'demo', levels: '24', tiers: '8' })
    expect(seen['figures']).toMatch(/Entries[\d,]+ over 3 h/)
    expect(page.complaints).toEqual([])
  })

  test('has loaded within a second of being asked for', async () => {
    const page = await opened(WIDE)
    await page.until(drawn('BTC'))
    await keep(page, 'wide-light')
    const loadsMs: number[] = []
    // The best of some: other tests may have the processor.
    for (let index = 0; index < 4; index += 1) {
      await page.open(`${server?.url}/?load=${index}`)
      await page.until(drawn('BTC'))
      loadsMs.push(
        await page.evaluate<number>(`performance.getEntriesByType('navigation')[0].loadEventEnd`),
      )
    }
    expect(Math.min(...loadsMs)).toBeLessThan(1_000)
  })

  test('each heatmap is another picture, none of them blank, and so is each side', async () => {
    const page = await opened(WIDE)
    await page.until(drawn('BTC'))
    const hashes = new Set<number>()
    for (const layer of ['v1', 'v2', 'v3', 'book']) {
      await page.evaluate(`document.querySelector('#layers [data-id=${layer}]').click()`)
      await page.until(`${CANVAS}.colored > 0.02 && ![${[...hashes]}].includes(${CANVAS}.hash)`)
      hashes.add((await page.evaluate<Picture>(CANVAS)).hash)
      await keep(page, `wide-${layer}`)
    }
    await page.evaluate(`document.querySelector('#layers [data-id=v1]').click()`)
    for (const side of ['long', 'short']) {
      await page.evaluate(`document.querySelector('#sides [data-id=${side}]').click()`)
      await page.until(`${CANVAS}.colored > 0.01 && ![${[...hashes]}].includes(${CANVAS}.hash)`)
      hashes.add((await page.evaluate<Picture>(CANVAS)).hash)
    }
    expect(hashes.size).toBe(6)
    expect(page.complaints).toEqual([])
  })

  test('while it plays the heatmap changes and time runs, until it is stopped', async () => {
    const page = await opened(WIDE)
    await page.until(drawn('BTC'))
    await scrub(page, (await page.evaluate<number>(START)) + 3_600_000)
    await page.until(`${MOMENT} < ${END}`)
    await page.until(`${CANVAS}.colored > 0.02`)
    const before = await page.evaluate<Picture & { at: number }>(
      `({ ...${CANVAS}, at: ${MOMENT} })`,
    )
    await page.press(' ')
    await page.until(`${MOMENT} > ${before.at + 180_000} && ${CANVAS}.hash !== ${before.hash}`)
    expect((await page.evaluate<Picture>(CANVAS)).colored).toBeGreaterThan(0.02)
    await page.press(' ')
    const stopped = await page.evaluate<number>(MOMENT)
    await page.until(`document.getElementById('play').ariaLabel === 'Play'`)
    expect(await page.evaluate<number>(MOMENT)).toBe(stopped)
    await keep(page, 'wide-playing')
    expect(page.complaints).toEqual([])
  })

  test('scrubs to a gap, which is hatched on the track', async () => {
    const page = await opened(WIDE)
    await page.until(drawn('BTC'))
    const { gaps } = await answer<{
      gaps: { recvTimeMs: number; durationMs: number }[]
    }>(page, '/v1/summary')
    const longest = gaps.reduce((one, other) => (other.durationMs > one.durationMs ? other : one))
    expect(longest.durationMs).toBeGreaterThan(1_000)
    await scrub(page, longest.recvTimeMs)
    // A pixel of the track is some seconds.
    await page.until(`Math.abs(${MOMENT} - ${longest.recvTimeMs}) < 20_000`)
    await page.until(`document.querySelectorAll('#gaps button').length > 0`)
    // Hatched is striped along the track; without a gap it is all of one colour.
    const stripes = (timeMs: number): Promise<number> =>
      page.evaluate<number>(`(() => {
        const canvas = document.getElementById('scrubber')
        const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d')
        copy.drawImage(canvas, 0, 0)
        const share = (${timeMs} - ${START}) / (${END} - ${START})
        const x = Math.round(${TRACK_END_PX} + share * (canvas.width - ${2 * TRACK_END_PX}))
        return new Set(new Uint32Array(copy.getImageData(x, 16, 2, 10).data.buffer)).size
      })()`)
    // The mark of the moment shown would lie over what is looked at; a gap is only known after it.
    const end = await page.evaluate<number>(END)
    await scrub(page, Math.min(longest.recvTimeMs + 1_800_000, end - 60_000))
    await page.until(`${MOMENT} > ${longest.recvTimeMs} + 100_000`)
    expect(await stripes(longest.recvTimeMs - longest.durationMs)).toBeGreaterThan(1)
    expect(await stripes(longest.recvTimeMs - 600_000)).toBe(1)
    expect(await page.evaluate(`document.getElementById('mode').textContent`)).toBe('REPLAY')
    await keep(page, 'wide-gap')
    expect(page.complaints).toEqual([])
  })

  test('jumps to a cascade, where many were liquidated, and shows marks', async () => {
    const page = await opened(WIDE)
    await page.until(drawn('BTC'))
    await scrub(page, (await page.evaluate<number>(START)) + 1_800_000)
    await page.until(`${MOMENT} < ${END}`)
    const before = await page.evaluate<number>(MOMENT)
    await page.until(`(() => {
      document.dispatchEvent(new KeyboardEvent('keydown', { key: 'c' }))
      return ${MOMENT} !== ${before}
    })()`)
    const at = await page.evaluate<number>(MOMENT)
    const { liquidations } = await answer<{ liquidations: unknown[] }>(
      page,
      `/v1/liquidations?symbol=BTC&minutes=5&at=${at}`,
    )
    expect(liquidations.length).toBeGreaterThan(4)
    // It is looked at when all of it has come: without marks it is another.
    await page.until(`${CANVAS}.colored > 0.01 && ${SETTLED}`)
    const withMarks = await page.evaluate<Picture>(CANVAS)
    await page.press('m')
    await page.until(`${CANVAS}.hash !== ${withMarks.hash}`)
    await keep(page, 'wide-cascade')
    expect(page.complaints).toEqual([])
  })

  test('another symbol is another picture, by button, by key and by address', async () => {
    const page = await opened(WIDE)
    await page.until(drawn('BTC'))
    const before = await page.evaluate<Picture>(CANVAS)
    await page.evaluate(`document.querySelectorAll('#symbols button')[1].click()`)
    await page.until(drawn('ETH'))
    await page.until(`${CANVAS}.hash !== ${before.hash}`)
    await page.press('1')
    await page.until(drawn('BTC'))
    const byAddress = await opened(WIDE, '#ETH')
    await byAddress.until(drawn('ETH'))
    expect([...page.complaints, ...byAddress.complaints]).toEqual([])
  })

  test('a zone tells what it expects, of which tiers and entries it is made', async () => {
    const page = await opened(WIDE)
    await page.until(drawn('BTC'))
    await page.evaluate(`document.querySelector('#zones .zone').click()`)
    await page.until(`!document.getElementById('inspector').hidden`)
    await page.until(`document.querySelector('#inspector .zone-change') !== null`)
    const told = await page.evaluate<string>(`document.getElementById('inspector').textContent`)
    expect(told).toContain('expected liquidations if price gets there')
    expect(told).toMatch(/\d+x/)
    expect(told).toMatch(/#[\d,]+/)
    await keep(page, 'wide-zone')
    expect(page.complaints).toEqual([])
  })

  test('wheel, drag and keys move the window, and End comes back to the newest', async () => {
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
    await page.until(`/^5 Jan \\d\\d:\\d\\d/.test(${readout})`)
    await page.press('Home')
    await page.until(`${MOMENT} < ${END} - 3_600_000`)
    await page.press('End')
    await page.until(`${MOMENT} === ${END}`)
    await page.press('ArrowLeft')
    await page.press(']')
    await page.press('-')
    expect(page.complaints).toEqual([])
  })

  test('help names the keys and the limits of what is shown', async () => {
    const page = await opened(WIDE)
    await page.until(drawn('BTC'))
    await page.press('?')
    await page.until(`document.getElementById('help').open`)
    const text = await page.evaluate<string>(`document.getElementById('help').textContent`)
    expect(text).toContain('no magnet effect')
    expect(text).toContain('lower bounds')
    await keep(page, 'wide-help')
    await page.press('?')
    await page.until(`!document.getElementById('help').open`)
    const theme = 'document.documentElement.dataset.theme'
    await page.press('t')
    await page.until(`${theme} === 'dark' || ${theme} === 'light'`)
    const before = await page.evaluate<string>(theme)
    await page.press('t')
    await page.until(`${theme} !== '${before}'`)
    expect(page.complaints).toEqual([])
  })

  test.each([
    ['wide-dark', { ...WIDE, scheme: 'dark' }],
    ['tablet-light', TABLET],
    ['phone-light', PHONE],
    ['phone-dark', { ...PHONE, scheme: 'dark' }],
  ] as const)('fits without scrolling sideways: %s', async (name, screen) => {
    const page = await opened(screen)
    await page.evaluate(`localStorage.clear()`)
    await page.open(`${server?.url}/`)
    await page.until(drawn('BTC'))
    const width = await page.evaluate<number>('document.documentElement.scrollWidth')
    expect(width).toBeLessThanOrEqual(screen.widthPx)
    await keep(page, name, true)
    expect(page.complaints).toEqual([])
  })
})
