/** What the headers of an answer say of its state. */
import { MINUTES_SHOWN_MAX } from '../projections/past.ts'
import type { StateAt, SymbolAt } from '../projections/state-at.ts'

export type Headers = Readonly<Record<string, string>>

/** Of a state and, where the body is of one, a symbol. */
export function stateHeaders(state: StateAt, at: SymbolAt | undefined, version: string): Headers {
  const digest = at?.past.minutes.last(state.seq)?.digest ?? ''
  return {
    etag: `"${digest === '' ? 'start' : digest.slice(0, 16)}-${entityTag(version)}"`,
    'x-as-of': state.clockMs > 0 ? new Date(state.clockMs).toISOString() : '',
    'x-sequence': String(state.seq),
    'x-gap-count': String(state.past.gaps.countBefore(state.seq)),
    ...(at === undefined ? {} : { 'x-coverage': coverageOf(state, at), 'x-digest': digest }),
    'cache-control': 'no-cache',
  }
}

/** Letters that a header may hold. */
const entityTag = (version: string): string => version.replaceAll(/[^a-z0-9]/gi, '')

/** Share of the last twelve hours, or of what there is of them, that is recorded without a gap. */
function coverageOf(state: StateAt, { past }: SymbolAt): string {
  const minutes = past.minutes.before(state.seq, MINUTES_SHOWN_MAX)
  const [oldest, newest] = [minutes[0], minutes.at(-1)]
  if (oldest === undefined || newest === undefined) return '0'
  const earliest = Math.max(oldest.minute, newest.minute - MINUTES_SHOWN_MAX + 1)
  const complete = minutes.filter(({ complete: is, minute }) => is && minute >= earliest)
  return (complete.length / (newest.minute - earliest + 1)).toFixed(4)
}
