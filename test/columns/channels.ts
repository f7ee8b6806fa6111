/** How the message of each socket channel is asked for, of a decoder and of columns alike. */
import type { StreamMessages } from '../../src/pipeline/decoded-block.ts'

export interface ReadName {
  readonly name: Extract<keyof StreamMessages, `read${string}`>
  readonly message: Exclude<keyof StreamMessages, `read${string}` | 'coinMargined'>
}

export const CHANNELS: Readonly<Record<string, ReadName>> = {
  depth: { name: 'readDepth', message: 'depthUpdate' },
  aggTrade: { name: 'readAggTrade', message: 'aggTrade' },
  trade: { name: 'readTrade', message: 'trade' },
  bookTicker: { name: 'readBookTicker', message: 'bookTicker' },
  forceOrder: { name: 'readForceOrder', message: 'forceOrder' },
  markPrice: { name: 'readMarkPrice', message: 'markPrice' },
}
