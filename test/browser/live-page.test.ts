// Goal: over a capture the page follows the present by what is pushed, and by asking where it cannot be
// pushed to. Method: a recorded market is played back to a real capture; in one tab nothing may be asked
// for by a timer, in the other there is no push stream.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type MarketFolder, recordMarket } from '../api/recorded-market.ts'
import { Browser, chromiumPath, type Page } from '../kit/chromium.ts'
import { createPrograms, SAID } from '../kit/program.ts'

const picturesFolder = process.env['MOONREPLAY_PICTURES']
const NO_TIMER = 'window.setInterval = () => 0'
const NO_PUSH = `window.EventSource = class {
  static OPEN = 1
  static CLOSED = 2
  readyState = 2
  addEventListener() {}
  close() {}
}`
const BADGE = `document.getElementById('mode').textContent`
const LAST = `document.getElementById('last').textContent`
const AS_OF = `document.getElementById('as-of').textContent`

describe.skipIf(chromiumPath === undefined)('the page over a capture', { timeout: 120_000 }, () => {
  const programs = createPrograms()
  let market: MarketFolder
  let browser: Browser | undefined
  let url = ''

  beforeAll(async () => {
    market = await recordMarket()
    const venue = await programs.start(
      ['playback', '--recording', market.path, '--speed', '5', '--port', '0'],
      SAID.playback,
    )
    const capture = await programs.start(
      [
        ...['capture', '--recording', join(market.path, '..', 'live'), '--port', '0'],
        ...['--symbols', 'BTCUSDT,ETHUSDT', '--log-level', 'error'],
        ...['--ws-url', `ws://${venue.address}`, '--rest-url', `http://${venue.address}`],
      ],
      SAID.api,
    )
    url = capture.address
    browser = await Browser.start(chromiumPath ?? '')
  }, 120_000)
  afterAll(async () => {
    await browser?.close()
    await programs.killAll()
    await market[Symbol.asyncDispose]()
  }, 60_000)

  async function opened(script: string): Promise<Page> {
    if (browser === undefined) throw new Error('nothing has been started')
    const page = await browser.newPage()
    await page.show({ widthPx: 1440, heightPx: 900 })
    await page.send('Page.addScriptToEvaluateOnNewDocument', { source: script })
    await page.open(`${url}/`)
    return page
  }

  /** The price and the time go on, more than once. */
  async function goesOn(page: Page): Promise<void> {
    await page.until(`${BADGE} === 'LIVE' && /\\d/.test(${LAST})`)
    for (let round = 0; round < 3; round += 1) {
      const before = await page.evaluate<{ last: string; asOf: string }>(
        `({ last: ${LAST}, asOf: ${AS_OF} })`,
      )
      await page.until(
        `${AS_OF} !== ${JSON.stringify(before.asOf)} && ${LAST} !== ${JSON.stringify(before.last)}`,
      )
    }
  }

  test('follows by asking where nothing is pushed', async () => {
    const page = await opened(NO_PUSH)
    await goesOn(page)
    expect(page.complaints).toEqual([])
  })

  test('follows by push alone, and goes back to LIVE from a moment of the past', async () => {
    const page = await opened(NO_TIMER)
    await goesOn(page)
    await page.press(',')
    await page.until(`${BADGE} === 'REPLAY'`)
    await page.press('End')
    await goesOn(page)
    await page.until(`!document.body.classList.contains('behind')`)
    if (picturesFolder !== undefined) {
      await mkdir(picturesFolder, { recursive: true })
      await writeFile(join(picturesFolder, 'wide-live.png'), await page.screenshot(false))
    }
    expect(page.complaints).toEqual([])
  })
})
