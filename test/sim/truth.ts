/** What the venue sent, as it knows it: one list for each stream. */
import type { VenueMessage } from './contract.ts'

export interface SentStream {
  readonly ids: number[]
  /** Since the simulation began. Unit: ms. */
  readonly timesMs: number[]
}

export class Truth {
  readonly streams = new Map<string, SentStream>()

  take(messages: readonly VenueMessage[], timeMs: number): void {
    for (const { stream, id } of messages) {
      let sent = this.streams.get(stream)
      if (sent === undefined) {
        sent = { ids: [], timesMs: [] }
        this.streams.set(stream, sent)
      }
      sent.ids.push(id)
      sent.timesMs.push(timeMs)
    }
  }
}
