/** Reads a golden case: its input as filled messages, and the rows of its outputs. */
import { existsSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { DepthSnapshot, DepthUpdate } from '../../src/model/messages.ts'

const SHARED = new URL('../../../shared/', import.meta.url)

/** Golden cases are not part of the project: tests that need them skip where they are absent. */
export const caseIsHere = (name: string): boolean =>
  existsSync(new URL(`golden/${name}/input.ndjson.gz`, SHARED))

export const sharedFile = (path: string): URL => new URL(path, SHARED)

export interface InputLine {
  readonly line: number
  readonly recv: number
  readonly sym: string
  readonly ch: string
  /** The payload as it came. */
  readonly raw: Uint8Array
  /** The same parsed, out of the wrapper of a combined stream: made when it is asked for. */
  readonly payload: Payload
}

/** What `JSON.parse` gives of a payload or of a row. */
export interface Payload {
  readonly [field: string]: unknown
}

export function* inputLines(name: string): Generator<InputLine> {
  const text = gunzipSync(readFileSync(sharedFile(`golden/${name}/input.ndjson.gz`))).toString()
  let [start, line] = [0, 0]
  for (;;) {
    const end = text.indexOf('\n', start)
    if (end < 0) return
    const { recv, sym, ch, raw } = JSON.parse(text.slice(start, end))
    yield {
      line,
      recv,
      sym,
      ch,
      raw: Buffer.from(raw),
      get payload() {
        const parsed = JSON.parse(raw)
        return 'data' in parsed ? parsed.data : parsed
      },
    }
    start = end + 1
    line += 1
  }
}

export function goldenRows(path: string): readonly Payload[] {
  const text = gunzipSync(readFileSync(sharedFile(`golden/${path}`))).toString()
  return text
    .split('\n')
    .filter((row) => row !== '')
    .map((row) => JSON.parse(row))
}

export const goldenBytes = (path: string): Uint8Array =>
  gunzipSync(readFileSync(sharedFile(`golden/${path}`)))

export const goldenJson = (path: string): Payload =>
  JSON.parse(readFileSync(sharedFile(`golden/${path}`), 'utf8'))

export type TextLevel = readonly [price: string, size: string]

/** Fills `into` from decimal texts, with as many decimals as the longest has. */
export function fillLevels(
  into: DepthUpdate,
  bids: readonly TextLevel[],
  asks: readonly TextLevel[],
): void {
  into.bidCount = bids.length
  into.askCount = asks.length
  into.reserve(bids.length + asks.length)
  into.priceDecimals = 0
  into.sizeDecimals = 0
  const all = [...bids, ...asks]
  for (const [price, size] of all) {
    into.priceDecimals = Math.max(into.priceDecimals, decimals(price))
    into.sizeDecimals = Math.max(into.sizeDecimals, decimals(size))
  }
  for (const [index, [price, size]] of all.entries()) {
    into.priceUnits[index] = units(price, into.priceDecimals)
    into.sizeUnits[index] = units(size, into.sizeDecimals)
  }
}

/** A diff as the worked examples write it: `[U, u, pu]`, and levels as `price:size`. */
export function diff(
  [firstUpdateId, lastUpdateId, prevUpdateId]: readonly [number, number, number],
  bids = '',
  asks = '',
): DepthUpdate {
  const message = Object.assign(new DepthUpdate(), { firstUpdateId, lastUpdateId, prevUpdateId })
  fillLevels(message, textLevels(bids), textLevels(asks))
  return message
}

/** A snapshot as the worked examples write it. */
export function snapshot(lastUpdateId: number, bids = '', asks = ''): DepthSnapshot {
  const message = Object.assign(new DepthSnapshot(), { lastUpdateId })
  fillLevels(message, textLevels(bids), textLevels(asks))
  return message
}

const textLevels = (text: string): readonly TextLevel[] =>
  text
    .split(' ')
    .filter((level) => level !== '')
    .map((level) => {
      const [price = '', size = ''] = level.split(':')
      return [price, size]
    })

const decimals = (text: string): number =>
  text.includes('.') ? text.length - text.indexOf('.') - 1 : 0

const units = (text: string, decimalCount: number): number =>
  Number(text.replace('.', '') + '0'.repeat(decimalCount - decimals(text)))
