/** Turns what the API answers into what the page draws. All that is known of its shapes is here. */
import { ask, askBytes, has } from './api.js'

const MINUTE_MS = 60_000
const FRAME_MS = 30_000
const BOOK_HEADER_BYTES = 64

/** What has been, by kind: the path that gives it, and how. */
const KINDS = {
  bars: { path: '/v1/bars', load: loadBars },
  v1: { path: '/v1/liq_heatmap_history', load: (...span) => loadHeat(1, ...span) },
  // The second map is not scaled to be looked at: what is weak has to be lifted.
  v2: { path: '/v2/liq_heatmap_history', load: (...span) => loadHeat(0.5, ...span) },
  book: { path: '/v2/orderbook_heatmap_30s_history', load: loadBook },
  minutes: { path: '/v1/minutes', load: loadMinutes },
  liquidations: { path: '/v1/liquidations', load: loadLiquidations },
  changes: { path: '/v1/zone-changes', load: loadChanges },
}

const EMPTY_HEAT = { t: [], count: 0 }
const EMPTY = {
  bars: { bars: [] },
  minutes: { rows: [] },
  liquidations: { events: [] },
  changes: { changes: [] },
}

/** Height of a price bucket of each symbol, as far as some answer has told. */
const steps = new Map()

/** @param {string} kind */
export const isServed = (kind) => has(KINDS[kind].path)

/**
 * A span of a kind.
 * @param {string} kind @param {string} symbol
 * @param {{fromMs: number, toMs: number, isEnd: boolean}} span `isEnd`: up to the newest there is.
 */
export async function loadHistory(kind, symbol, { fromMs, toMs, isEnd }) {
  const { path, load } = KINDS[kind]
  if (!has(path)) return EMPTY[kind] ?? EMPTY_HEAT
  const minutes = Math.max(5, Math.ceil((toMs - fromMs) / MINUTE_MS) + 1)
  return await load(path, { symbol, minutes, at: isEnd ? undefined : toMs }, fromMs)
}

async function loadBars(path, query, fromMs) {
  const reply = await ask(path, query)
  // A minute before the first price has a bar of zeros.
  return { bars: reply.bars.filter((bar) => bar.lowUsd > 0 && bar.openTimeMs >= fromMs) }
}

async function loadHeat(gamma, path, query) {
  const reply = await ask(path, query)
  steps.set(query.symbol, reply.step)
  return {
    t: reply.t.map((timeMs) => Math.floor(timeMs / MINUTE_MS) * MINUTE_MS),
    columnMs: MINUTE_MS,
    firstUsd: reply.prices[0] ?? 0,
    stepUsd: reply.step,
    count: reply.prices.length,
    long: Uint8Array.from(reply.long),
    short: Uint8Array.from(reply.short),
    gamma,
  }
}

/** Rows and columns of the binary form; its header is described with the endpoint. */
async function loadBook(path, query) {
  const bytes = await askBytes(path, { ...query, step: steps.get(query.symbol), format: 'bin' })
  if (bytes === undefined) return EMPTY_HEAT
  const view = new DataView(bytes)
  const [rows, count] = [view.getUint16(16, true), view.getUint16(18, true)]
  const cells = rows * count
  const timesFrom = BOOK_HEADER_BYTES + 2 * cells
  return {
    t: Array.from({ length: rows }, (_, row) =>
      Number(view.getBigUint64(timesFrom + row * 8, true)),
    ),
    columnMs: FRAME_MS,
    firstUsd: view.getFloat64(20, true),
    stepUsd: view.getFloat64(36, true),
    count,
    long: new Uint8Array(bytes, BOOK_HEADER_BYTES, cells),
    short: new Uint8Array(bytes, BOOK_HEADER_BYTES + cells, cells),
    gamma: 0.8,
  }
}

async function loadMinutes(path, query, fromMs) {
  const reply = await ask(path, query)
  return { rows: reply.minutes.filter((row) => row.openTimeMs >= fromMs) }
}

async function loadLiquidations(path, query, fromMs) {
  const reply = await ask(path, query)
  const events = reply.liquidations.filter((event) => event.timeMs >= fromMs)
  // What the venue stamped late stands late in the journal; the chart needs the order of time.
  events.sort((one, other) => one.timeMs - other.timeMs)
  return {
    events: events.map(({ timeMs, side, priceUsd, sizeBase }) => ({
      openTimeMs: timeMs,
      side,
      priceUsd,
      notionalUsd: priceUsd * sizeBase,
    })),
  }
}

async function loadChanges(path, query, fromMs) {
  const reply = await ask(path, query)
  return { changes: reply.changes.filter((change) => change.timeMs >= fromMs) }
}

/** Zones that stand, the weakest first, so that the strongest are drawn last. */
export function zonesOf({ symbol, stepUsd, zones }) {
  steps.set(symbol, stepUsd)
  return zones
    .map((zone) => ({
      ...zone,
      key: String(zone.id),
      // A zone of one bucket has a height too.
      lowUsd: zone.lowUsd - stepUsd / 2,
      highUsd: zone.highUsd + stepUsd / 2,
      weight: zone.expected,
    }))
    .sort((one, other) => one.weight - other.weight)
}
