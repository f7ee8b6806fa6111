/**
 * What has been, in chunks: the chart asks for the time in sight, gets what is there, and what is
 * missing is fetched. Nothing that is out of sight is ever touched.
 */

const CHUNK_MS = 240 * 60_000
const LOADS_MAX = 2
/** After a failure a chunk is asked for again this much later. */
const RETRY_MS = 5_000

/**
 * @typedef {object} Chunk
 * @property {number} fromMs
 * @property {number} toMs
 * @property {number} loadedToMs Up to where it has been asked for; below `toMs` it can grow.
 * @property {any} data Undefined until it came.
 * @property {number} version Changes with `data`.
 */

/**
 * @param {(kind: string, symbol: string, span: object) => Promise<any>} load
 * @param {() => void} changed
 */
export function createHistory(load, changed) {
  /** @type {Map<string, Chunk>} */
  let chunks = new Map()
  let waiting = []
  let loading = 0
  let extent = { fromMs: 0, toMs: 0 }
  let symbol = ''
  let version = 0
  let hasPast = false

  const start = () => {
    while (loading < LOADS_MAX && waiting.length > 0) void fetchOne(waiting.pop())
  }
  const fetchOne = async (want) => {
    const { kind, chunk, of } = want
    const toMs = Math.min(chunk.toMs, extent.toMs)
    loading += 1
    try {
      const isEnd = toMs === extent.toMs
      const data = await load(kind, symbol, { fromMs: chunk.fromMs, toMs, isEnd })
      chunk.data = data
      chunk.loadedToMs = toMs
      version += 1
      chunk.version = version
    } catch {
      // The panels of the moment say what is wrong; here there is only nothing to draw yet.
      chunk.retryMs = performance.now() + RETRY_MS
    } finally {
      chunk.pending = false
      loading -= 1
    }
    if (of === chunks) changed()
    start()
  }

  return {
    /** Forgets all where the symbol is another, and says whether it is. */
    setSymbol(name) {
      if (name === symbol) return false
      symbol = name
      chunks = new Map()
      waiting = []
      return true
    },
    /** What the recording holds; in live mode it grows. */
    setExtent(newExtent, canAskPast) {
      extent = newExtent
      hasPast = canAskPast
    },
    /**
     * Chunks of `kind` that meet the span and have data, the oldest first.
     * @returns {readonly Chunk[]}
     */
    within(kind, fromMs, toMs) {
      const found = []
      const firstMs = Math.max(fromMs, extent.fromMs)
      const endMs = Math.min(toMs, extent.toMs)
      for (let time = Math.floor(firstMs / CHUNK_MS) * CHUNK_MS; time < endMs; time += CHUNK_MS) {
        const key = `${kind} ${time}`
        let chunk = chunks.get(key)
        if (chunk === undefined) {
          chunk = { fromMs: time, toMs: time + CHUNK_MS, loadedToMs: 0, version: 0, retryMs: 0 }
          chunks.set(key, chunk)
        }
        const isServed = hasPast || chunk.toMs >= extent.toMs
        const isStale = chunk.loadedToMs < Math.min(chunk.toMs, staleBefore(kind, extent.toMs))
        if (isServed && isStale && !chunk.pending && performance.now() >= chunk.retryMs) {
          chunk.pending = true
          waiting.push({ kind, chunk, of: chunks })
        }
        if (chunk.data !== undefined) found.push(chunk)
      }
      start()
      return found
    },
    isBusy: () => loading > 0,
  }
}

/** Bars grow all the time; of the rest a new piece comes with the minute. */
const staleBefore = (kind, toMs) => (kind === 'bars' ? toMs : Math.floor(toMs / 60_000) * 60_000)
