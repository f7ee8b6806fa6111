/** What `inspect` shows of a recording beside its counts: skew of clocks, order, gaps, decode paths. */
import type { BookAudit } from '../engines/book-audit.ts'
import type { Block } from '../model/block.ts'
import type { Gap } from '../pipeline/events.ts'
import { Pipeline } from '../pipeline/pipeline.ts'
import { isSocket } from '../pipeline/route.ts'
import { resolveSettings } from '../pipeline/settings.ts'
import { CoverageTally } from './coverage.ts'
import type { CoverageRow } from './coverage-row.ts'
import type { Recording } from './recording.ts'

const GAPS_SHOWN = 100

export interface Inspection {
  /** Receive time minus exchange time of socket entries. Unit: ms. `NaN` where there is none. */
  readonly skewMs: { readonly min: number; readonly median: number; readonly max: number }
  /** Socket entries that came after one of their symbol with a later exchange time. */
  readonly reorderedCount: number
  readonly socketEntryCount: number
  readonly gaps: readonly (Gap & { readonly seq: number })[]
  readonly gapCount: number
  readonly faults: readonly {
    readonly seq: number
    readonly channel: string
    readonly reason: string
  }[]
  readonly faultCount: number
  /** By channel: read by the scanner, by `JSON.parse`, not at all. */
  readonly decodeCounts: Pipeline['decoder']['counts']
  /** By symbol: what snapshots of the venue said of the rebuilt book. */
  readonly bookChecks: Readonly<Record<string, Readonly<BookAudit>>>
  /** Only where it was asked for. */
  readonly coverage: readonly CoverageRow[] | undefined
  readonly pipeline: Pipeline
}

export interface InspectOptions {
  readonly withCoverage: boolean
  readonly onProgress: (seq: number) => void
}

/** One pass over all entries, through the markets of `standard`. */
export async function inspect(
  recording: Recording,
  { withCoverage, onProgress }: InspectOptions,
): Promise<Inspection> {
  const gaps: (Gap & { readonly seq: number })[] = []
  const faults: { seq: number; channel: string; reason: string }[] = []
  let gapCount = 0
  const pipeline = new Pipeline({
    settings: resolveSettings('standard'),
    symbols: recording.symbols,
    engines: false,
    listener: {
      gapFound: (gap, { seq }) => {
        gapCount += 1
        if (gaps.length < GAPS_SHOWN) gaps.push({ ...gap, seq })
      },
      faultFound: ({ seq, channel, reason }) => {
        if (faults.length < GAPS_SHOWN) faults.push({ seq, channel, reason })
      },
    },
  })
  const times = new TimeTally()
  const coverage = withCoverage ? new CoverageTally() : undefined
  for await (const block of recording.reader.blocks()) {
    pipeline.consume(block)
    times.add(block)
    coverage?.add(block)
    onProgress(block.firstSeq + block.count)
  }
  return {
    skewMs: times.skewMs(),
    reorderedCount: times.reorderedCount,
    socketEntryCount: times.socketEntryCount,
    gaps,
    gapCount,
    faults,
    faultCount: pipeline.faultCount,
    decodeCounts: pipeline.decoder.counts,
    bookChecks: Object.fromEntries(
      [...pipeline.runs].map(([symbol, { market }]) => [symbol, { ...market.book.audit }]),
    ),
    coverage: coverage?.rows(),
    pipeline,
  }
}

/** Skews are kept to the millisecond, so that a median costs a table and not a list of all. */
class TimeTally {
  reorderedCount = 0
  socketEntryCount = 0
  readonly #latest = new Map<string, number>()
  readonly #skews = new Map<number, number>()

  add(block: Block): void {
    const symbols = block.streams.map((stream) => (isSocket(stream) ? stream.symbol : undefined))
    for (let index = 0; index < block.count; index += 1) {
      const symbol = symbols[block.streamIndexes[index] ?? 0]
      const venueTimeMs = block.venueTimesMs[index] ?? Number.NaN
      if (symbol === undefined || Number.isNaN(venueTimeMs)) continue
      this.#addEntry(symbol, venueTimeMs, (block.recvTimesUs[index] ?? 0) / 1000)
    }
  }

  skewMs(): Inspection['skewMs'] {
    const skews = [...this.#skews].sort(([a], [b]) => a - b)
    let seen = 0
    const median = skews.find(([, entryCount]) => {
      seen += entryCount
      return seen * 2 >= this.socketEntryCount
    })
    return {
      min: skews[0]?.[0] ?? Number.NaN,
      median: median?.[0] ?? Number.NaN,
      max: skews.at(-1)?.[0] ?? Number.NaN,
    }
  }

  #addEntry(symbol: string, venueTimeMs: number, recvTimeMs: number): void {
    this.socketEntryCount += 1
    const skew = Math.round(recvTimeMs - venueTimeMs)
    this.#skews.set(skew, (this.#skews.get(skew) ?? 0) + 1)
    const latest = this.#latest.get(symbol) ?? Number.NEGATIVE_INFINITY
    if (venueTimeMs < latest) this.reorderedCount += 1
    else this.#latest.set(symbol, venueTimeMs)
  }
}
