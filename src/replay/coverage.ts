/**
 * What each stream should have brought in each hour, and what it did: from ids where the venue numbers
 * its events, from the seconds where it speaks once a second; and what the recorder says of its gaps.
 */
import { fieldName, numberAfter } from '../base/field-number.ts'
import type { Block, StreamKey } from '../model/block.ts'
import { RECORDER_VENUE, WITNESS_CHANNEL } from '../model/channel.ts'
import { parseFact } from '../model/facts.ts'
import { isSocket, makesSymbol } from '../pipeline/route.ts'
import { HOUR_MS, hourOf, type Stretch, shareOut, unionOf } from './coverage-hours.ts'
import {
  addCell,
  type Cell,
  type CoverageRow,
  type CoverageUnit,
  rowOf,
  startCell,
} from './coverage-row.ts'
import { IdLedger } from './id-ledger.ts'

interface Stream {
  readonly key: StreamKey
  readonly unit: CoverageUnit | null
  readonly ledger: IdLedger
  /** Exchange time of the last second that a mark price was of; `NaN` before the first. */
  lastTimeMs: number
  /** Mark prices that came a second after the one before, and all others. */
  secondCount: number
  otherStepCount: number
  readonly cells: Map<number, Cell>
  /** The hour that is added to. */
  openHourMs: number
}

const UNITS: Readonly<Record<string, CoverageUnit>> = {
  aggTrade: 'trades',
  trade: 'trades',
  depth: 'updates',
  markPrice: 'seconds',
}
const SECOND_MS = 1_000
const [PREVIOUS_UPDATE, UPDATE] = [fieldName('pu'), fieldName('u')]
const [TRADE, AGG_TRADE] = [fieldName('t'), fieldName('a')]

export class CoverageTally {
  readonly #streams = new Map<string, Stream>()
  readonly #latestTimesMs = new Map<string, number>()
  /** Streams that each connection asked for, and whether the venue took it. */
  readonly #asked = new Map<number, readonly string[]>()
  readonly #accepted = new Set<number>()
  /** Of all streams. */
  readonly #blind: Stretch[] = []
  readonly #blindByName = new Map<string, Stretch[]>()
  readonly #endsByName = new Map<string, number[]>()

  add(block: Block): void {
    const streams = block.streams.map((key) => this.#streamOf(key))
    for (let index = 0; index < block.count; index += 1) {
      const stream = streams[block.streamIndexes[index] ?? 0]
      if (stream === undefined) continue
      const recvTimeMs = (block.recvTimesUs[index] ?? 0) / 1000
      const payload = block.bytes.subarray(block.offsets[index], block.offsets[index + 1])
      if (stream.key.venue === RECORDER_VENUE) {
        this.#takeFact(stream.key.channel, payload, recvTimeMs)
      } else {
        this.#takeEntry(stream, payload, recvTimeMs, block.venueTimesMs[index] ?? Number.NaN)
      }
    }
  }

  /** By hour, then by stream in the order in which they first came. */
  rows(): readonly CoverageRow[] {
    const streams = mergeForeign([...this.#streams.values()])
    for (const stream of streams) this.#settle(stream)
    return streams
      .flatMap((stream) =>
        [...stream.cells].map(([hourMs, cell]) => rowOf(hourMs, stream.key, unitOf(stream), cell)),
      )
      .sort((a, b) => a.hourMs - b.hourMs)
  }

  #takeEntry(stream: Stream, payload: Uint8Array, recvTimeMs: number, venueTimeMs: number): void {
    const hourMs = hourOf(recvTimeMs)
    if (stream.openHourMs !== hourMs) {
      stream.cells.get(stream.openHourMs)?.skew.close()
      stream.openHourMs = hourMs
    }
    const cell = cellOf(stream, hourMs)
    cell.entryCount += 1
    if (isSocket(stream.key) && !Number.isNaN(venueTimeMs)) {
      cell.skew.add(Math.round(recvTimeMs - venueTimeMs))
      const { symbol } = stream.key
      if (venueTimeMs < (this.#latestTimesMs.get(symbol) ?? 0)) cell.reorderedCount += 1
      else this.#latestTimesMs.set(symbol, venueTimeMs)
    }
    if (stream.unit === null) return
    const [beforeId, id] = idsOf(stream, payload, venueTimeMs)
    if (Number.isNaN(id) || Number.isNaN(beforeId)) return
    const broughtCount = stream.ledger.take(beforeId, id, recvTimeMs)
    cell.presentCount += broughtCount
    if (broughtCount === 0) cell.duplicateCount += 1
  }

  #takeFact(channel: string, payload: Uint8Array, recvTimeMs: number): void {
    if (channel === 'gap') this.#takeGap(payload)
    if (channel === 'subscribe') {
      const fact = parseFact('subscribe', payload)
      if (fact !== undefined) this.#asked.set(fact.connectionId, fact.streams)
    }
    if (channel === 'ack') {
      const fact = parseFact('ack', payload)
      if (fact !== undefined) this.#accepted.add(fact.connectionId)
    }
    if (channel === 'disconnect') this.#takeEnd(payload, recvTimeMs)
    // A run numbers its connections from the beginning.
    if (channel === 'start') this.#accepted.clear()
  }

  #takeGap(payload: Uint8Array): void {
    const fact = parseFact('gap', payload)
    if (fact === undefined) return
    const { fromTimeMs, toTimeMs, streams, symbol, channel } = fact
    const stretch = { fromMs: fromTimeMs, toMs: toTimeMs }
    const named =
      streams.length > 0 || channel === '' ? streams : [`${symbol.toLowerCase()}@${channel}`]
    if (named.length === 0) this.#blind.push(stretch)
    for (const name of named) listOf(this.#blindByName, nameOf(name)).push(stretch)
  }

  #takeEnd(payload: Uint8Array, recvTimeMs: number): void {
    const fact = parseFact('disconnect', payload)
    if (fact === undefined || !this.#accepted.delete(fact.connectionId)) return
    if (fact.reason === 'stopped') return
    for (const name of this.#asked.get(fact.connectionId) ?? []) {
      listOf(this.#endsByName, nameOf(name)).push(recvTimeMs)
    }
  }

  /** What is known of a stream only when all has been read. */
  #settle(stream: Stream): void {
    const { key, ledger } = stream
    const unit = unitOf(stream)
    const name = `${key.symbol}/${key.channel}`
    const stretches = [...this.#blind, ...(this.#blindByName.get(name) ?? [])]
    for (const { afterId, untilId, fromTimeMs, toTimeMs } of unit === null ? [] : ledger.holes) {
      const hole = { fromMs: fromTimeMs, toMs: toTimeMs }
      stretches.push(hole)
      for (const [hourMs, share] of shareOut(untilId - afterId, hole)) {
        cellOf(stream, hourMs).missingCount += share
      }
    }
    for (const stretch of unionOf(stretches)) {
      for (let hourMs = hourOf(stretch.fromMs); hourMs < stretch.toMs; hourMs += HOUR_MS) {
        const fromMs = Math.max(stretch.fromMs, hourMs)
        const toMs = Math.min(stretch.toMs, hourMs + HOUR_MS)
        cellOf(stream, hourMs).blindMs += toMs - fromMs
      }
    }
    for (const timeMs of this.#endsByName.get(name) ?? []) {
      cellOf(stream, hourOf(timeMs)).reconnectCount += 1
    }
  }

  #streamOf(key: StreamKey): Stream {
    const name = `${key.venue}/${key.symbol}/${key.channel}`
    let stream = this.#streams.get(name)
    if (stream === undefined) {
      stream = startStream(key)
      this.#streams.set(name, stream)
    }
    return stream
  }
}

const startStream = (key: StreamKey): Stream => ({
  key,
  unit: key.venue === RECORDER_VENUE ? null : (UNITS[key.channel] ?? null),
  ledger: new IdLedger(),
  lastTimeMs: Number.NaN,
  secondCount: 0,
  otherStepCount: 0,
  cells: new Map(),
  openHourMs: Number.NaN,
})

/** Files of others may hold a mark price a minute: nothing is missing between two of them. */
const unitOf = ({ unit, secondCount, otherStepCount }: Stream): CoverageUnit | null =>
  unit === 'seconds' && secondCount < otherStepCount ? null : unit

/** The id of the event before, and its own; `NaN` where the payload does not say. */
function idsOf(stream: Stream, payload: Uint8Array, venueTimeMs: number): [number, number] {
  switch (stream.key.channel) {
    case 'depth':
      return [numberAfter(payload, PREVIOUS_UPDATE), numberAfter(payload, UPDATE)]
    case 'markPrice':
      return secondsOf(stream, venueTimeMs)
    default: {
      const id = numberAfter(payload, stream.key.channel === 'trade' ? TRADE : AGG_TRADE)
      return [id - 1, id]
    }
  }
}

/** Counted from one to the next, so that it does not matter where in a second the venue speaks. */
function secondsOf(stream: Stream, venueTimeMs: number): [number, number] {
  const { lastTimeMs, ledger } = stream
  if (Number.isNaN(lastTimeMs)) {
    stream.lastTimeMs = venueTimeMs
    return [-1, 0]
  }
  const steps = Math.round((venueTimeMs - lastTimeMs) / SECOND_MS)
  if (venueTimeMs <= lastTimeMs) return [ledger.lastId + steps - 1, ledger.lastId + steps]
  if (steps > 1) stream.otherStepCount += 1
  else stream.secondCount += 1
  stream.lastTimeMs = venueTimeMs
  const second = ledger.lastId + Math.max(1, steps)
  return [second - 1, second]
}

/** Symbol and channel of the venue's name of a stream: `btcusdt@depth@100ms`, `!forceOrder@arr`. */
function nameOf(stream: string): string {
  if (stream.startsWith('!forceOrder')) return `/${WITNESS_CHANNEL}`
  const [symbol = '', kind = ''] = stream.split('@')
  return `${symbol.toUpperCase()}/${kind}`
}

/** Liquidations of markets that are not recorded by themselves are one stream, that of all markets. */
function mergeForeign(streams: readonly Stream[]): readonly Stream[] {
  const recorded = new Set(
    streams
      .map(({ key }) => key)
      .filter(makesSymbol)
      .map((key) => key.symbol),
  )
  const merged: Stream[] = []
  let foreign: Stream | undefined
  for (const stream of streams) {
    const { venue, symbol, channel } = stream.key
    const isForeign =
      channel === WITNESS_CHANNEL || (channel === 'forceOrder' && !recorded.has(symbol))
    if (venue === RECORDER_VENUE) continue
    if (!isForeign) {
      merged.push(stream)
      continue
    }
    if (foreign === undefined) {
      foreign = startStream({ venue, symbol: '', channel: WITNESS_CHANNEL })
      merged.push(foreign)
    }
    for (const [hourMs, cell] of stream.cells) addCell(cellOf(foreign, hourMs), cell)
  }
  return merged
}

function cellOf({ cells }: Stream, hourMs: number): Cell {
  let cell = cells.get(hourMs)
  if (cell === undefined) {
    cell = startCell()
    cells.set(hourMs, cell)
  }
  return cell
}

function listOf<T>(lists: Map<string, T[]>, name: string): T[] {
  let list = lists.get(name)
  if (list === undefined) {
    list = []
    lists.set(name, list)
  }
  return list
}
