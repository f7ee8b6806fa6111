/** The settings of the pipeline and of the market state of a symbol (`pipeline.md`, `product.md` §2). */
import type { SettingSpecs, SettingsOf } from '../base/setting.ts'
import type { FramesSettings } from './frames.ts'
import type { BookSettings } from './order-book.ts'

export const PIPELINE_SETTINGS = {
  clock: {
    default: 'exchange',
    reference: 'receive',
    choices: ['exchange', 'receive'],
    unit: '',
    doc: 'What closes minutes: the running maximum of exchange times, or receive time after each entry.',
    why: 'product.md §2 and pipeline.md P-Q1: the reference stamps all with its wall clock and rolls over after the message that crosses, which still counts into the old minute.',
  },
  barPrice: {
    default: 'mid',
    choices: ['mid', 'mark', 'trade'],
    unit: '',
    doc: 'Which price the minute bars are made of.',
    why: 'product.md §2: the mid of the book in both profiles.',
  },
  barPriceFallback: {
    default: true,
    reference: false,
    unit: '',
    doc: 'While the chosen price has never been seen, make bars of the mark price, or else of trades.',
    why: 'product.md §2: a recording without a book still has bars; the reference then has none.',
  },
  symbolMatch: {
    default: 'exact',
    reference: 'contains',
    choices: ['exact', 'contains'],
    unit: '',
    doc: 'Which liquidations of the all-market stream belong to a symbol: its own, or all whose name contains its base asset.',
    why: 'pipeline.md P-Q7: the reference takes BTCDOMUSDT and BTCUSDC for bitcoin. We take exactly our symbol, and count the others.',
  },
  insaneEvents: {
    default: 'drop',
    reference: 'keep',
    choices: ['drop', 'keep'],
    unit: '',
    doc: 'What becomes of liquidations without a positive price and size.',
    why: 'product.md §3: the reference counts them like any other. We keep them out of every statistic, and count them apart.',
  },
  duplicates: {
    default: 'drop',
    reference: 'keep',
    choices: ['drop', 'keep'],
    unit: '',
    doc: 'What becomes of an aggregate trade whose id was there already.',
    why: 'pipeline.md §4.2: the reference looks at no ids. Two connections that overlap would count a trade twice.',
  },
  coinMargined: {
    default: 'drop',
    reference: 'keep',
    choices: ['drop', 'keep'],
    unit: '',
    doc: 'What becomes of messages that say `st: 2`, a coin-margined contract.',
    why: 'binance-today.md: since 2026-06-30 streams of all markets carry both kinds. The reference knows nothing of it.',
  },
  takerMinute: {
    default: 'closed',
    reference: 'lastArchived',
    choices: ['closed', 'lastArchived'],
    unit: '',
    doc: 'Whose taker flow a minute close uses: that of the minute that closes, or of the last one that a later trade ended.',
    why: 'pipeline.md P-Q2: the reference is usually one minute late.',
  },
  openInterestUnit: {
    default: 'base',
    reference: 'usdPerPoll',
    choices: ['base', 'usdPerPoll'],
    unit: '',
    doc: 'Open interest in base units with its change per minute, or in USD at the present mid with its change per poll.',
    why: 'pipeline.md P-Q4, P-Q9: in USD a move of price looks like a change of positions, and a poll is not a minute.',
  },
  bookLevelUsd: {
    default: 50,
    unit: 'USD',
    doc: 'Height of the price levels in which a depth message is said to add or take away.',
    why: 'pipeline.md §4.1.',
    min: 1,
    max: 10_000,
    whole: true,
  },
} as const satisfies SettingSpecs

export type PipelineSettings = SettingsOf<typeof PIPELINE_SETTINGS>

/** All settings that the market state of a symbol is computed with. */
export interface MarketSettings {
  readonly pipeline: PipelineSettings
  readonly book: BookSettings
  readonly frames: FramesSettings
}
