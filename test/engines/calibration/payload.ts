/** What these tests read of a payload themselves. */
import { Decoder } from '../../../src/decode/decoder.ts'
import type { ForceOrder } from '../../../src/model/messages.ts'
import type { InputLine } from '../golden-input.ts'

const decoder = new Decoder()

/** Valid until the next call. */
export function orderOf(raw: Uint8Array): ForceOrder {
  if (!decoder.readForceOrder(raw, 0, raw.length)) throw new Error(decoder.fault)
  return decoder.forceOrder
}

/** The exchange time of `pipeline.md` §1.3; nothing for REST entries, which take the clock as it is. */
export function venueTimeMs({ ch, raw }: InputLine): number | undefined {
  switch (ch) {
    case 'depth':
      decoder.readDepth(raw, 0, raw.length)
      return decoder.depthUpdate.venueTimeMs
    case 'aggTrade':
      decoder.readAggTrade(raw, 0, raw.length)
      return decoder.aggTrade.venueTimeMs
    case 'forceOrder':
      return orderOf(raw).venueTimeMs
    case 'markPrice':
      decoder.readMarkPrice(raw, 0, raw.length)
      return decoder.markPrice.eventTimeMs
    default:
      return undefined
  }
}
