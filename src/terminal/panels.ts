/** The panels of the terminal view: each makes rows of the view, and nothing else. */
import type { DashboardView } from '../projections/dashboard-view.ts'
import { dollars, fixed, moment, percent, price, signed, span } from './numbers.ts'
import type { Panel, PanelRow } from './panel.ts'
import type { Color } from './screen.ts'

export type PanelMaker = (view: DashboardView) => Panel

const signColor = (value: number): Color => (value > 0 ? 'green' : value < 0 ? 'red' : 'plain')

const CONDITION_COLORS: Readonly<Record<string, Color>> = {
  live: 'green',
  quiet: 'dim',
  stale: 'yellow',
  dead: 'red',
}

/** First of all: is what follows true? */
export const healthPanel: PanelMaker = ({ streams, book, gapCount, faultCount }) => ({
  title: 'HEALTH',
  color: streams.some(({ condition }) => condition === 'dead') ? 'red' : 'green',
  rows: [
    {
      label: 'book',
      value: `${book.state}, ${book.resyncCount} resyncs`,
      color: book.state === 'synced' ? 'green' : 'red',
    },
    { label: 'gaps', value: fixed(gapCount, 0), color: gapCount > 0 ? 'yellow' : 'green' },
    { label: 'faults', value: fixed(faultCount, 0), color: faultCount > 0 ? 'red' : 'green' },
    ...streams.map(({ name, ageMs, condition }) => ({
      label: name,
      value: `${condition} ${span(ageMs)}`,
      color: CONDITION_COLORS[condition] ?? 'plain',
    })),
  ],
})

export const pricePanel: PanelMaker = ({ symbol, price: now }) => ({
  title: `${symbol} PRICE`,
  color: 'cyan',
  rows: [
    {
      label: 'price',
      value: `${now.lastUsd >= now.openUsd ? '▲' : '▼'} ${price(now.lastUsd)}`,
      color: now.lastUsd >= now.openUsd ? 'green' : 'red',
    },
    { label: 'mark', value: price(now.markUsd) },
    { label: 'open', value: price(now.openUsd) },
    { label: 'high', value: price(now.highUsd), color: 'green' },
    { label: 'low', value: price(now.lowUsd), color: 'red' },
    { label: 'volatility, last minute', value: fixed(now.volaUsd, 4) },
  ],
})

export const bookPanel: PanelMaker = ({ symbol, book }) => ({
  title: 'ORDER BOOK',
  color: 'green',
  rows: [
    { label: 'best bid', value: price(book.bestBidUsd) },
    { label: 'best ask', value: price(book.bestAskUsd) },
    { label: 'spread', value: dollars(book.spreadUsd) },
    { label: 'bid depth (1%)', value: `${fixed(book.bidDepthBase, 4)} ${symbol}` },
    { label: 'ask depth (1%)', value: `${fixed(book.askDepthBase, 4)} ${symbol}` },
    { label: 'imbalance', value: signed(book.imbalance, 4), color: signColor(book.imbalance) },
    { label: 'voids, last message', value: fixed(book.voidsBase, 4), color: 'red' },
    { label: 'reinforces', value: fixed(book.reinforcesBase, 4), color: 'green' },
    { label: 'largest levels within 1%' },
    ...book.top.map(([level, size]) => ({
      label: `  ${dollars(level, 0)}`,
      value: fixed(size, 4),
    })),
  ],
})

export const tradesPanel: PanelMaker = ({ symbol, trades }) => ({
  title: 'TRADES, THIS MINUTE',
  color: 'yellow',
  rows: [
    { label: 'takers bought', value: `${fixed(trades.buyBase, 4)} ${symbol}`, color: 'green' },
    { label: 'takers sold', value: `${fixed(trades.sellBase, 4)} ${symbol}`, color: 'red' },
    { label: 'buys', value: fixed(trades.buyCount, 0), color: 'green' },
    { label: 'sells', value: fixed(trades.sellCount, 0), color: 'red' },
  ],
})

export const interestPanel: PanelMaker = ({ symbol, openInterest: of }) => ({
  title: 'FUNDING & OPEN INTEREST',
  color: 'blue',
  rows: [
    {
      label: 'funding',
      value: percent(of.fundingFraction, 4),
      color: signColor(of.fundingFraction),
    },
    { label: 'next funding', value: moment(of.nextFundingTimeMs).slice(11) || '-' },
    { label: 'open interest', value: `${fixed(of.sizeBase, 0)} ${symbol}` },
    { label: 'in USD', value: fixed(of.valueUsd, 0) },
    { label: 'last minute', value: signed(of.changeBase, 3), color: signColor(of.changeBase) },
    { label: 'top traders, accounts', value: fixed(of.topAccountRatio, 4) },
    { label: 'top traders, positions', value: fixed(of.topPositionRatio, 4) },
    { label: 'all accounts', value: fixed(of.globalRatio, 4) },
  ],
})

export const liquidationsPanel: PanelMaker = ({ symbol, liquidations: of }) => ({
  title: 'LIQUIDATIONS, THIS MINUTE',
  color: 'red',
  rows: [
    {
      label: `longs (sell orders) ${of.longCount}`,
      value: `${fixed(of.longsBase, 4)} ${symbol}`,
      color: 'red',
    },
    {
      label: `shorts (buy orders) ${of.shortCount}`,
      value: `${fixed(of.shortsBase, 4)} ${symbol}`,
      color: 'green',
    },
    { label: 'since the start', value: fixed(of.totalCount, 0) },
  ],
})

export const modelPanel: PanelMaker = ({ model }) => ({
  title: `MODEL: ${model.name.toUpperCase()}`,
  color: 'magenta',
  rows: [
    { label: 'minutes', value: fixed(model.minuteCount, 0) },
    { label: 'liquidations counted', value: fixed(model.eventCount, 0) },
    ...(model.predictedOverObserved > 0
      ? [{ label: 'predicted ÷ observed', value: fixed(model.predictedOverObserved, 2) }]
      : []),
    { label: 'leverage weights' },
    ...model.weights.map(([tier, share]) => ({
      label: `  ${tier}x ${'█'.repeat(Math.round(share * 20))}`,
      value: percent(share, 1),
    })),
  ],
})

/** Zones as a ladder around the price: the highest first. */
export const zonesPanel: PanelMaker = ({ price: now, model }) => {
  const row = (zone: DashboardView['model']['longZones'][number], color: Color): PanelRow => {
    const distance = now.lastUsd > 0 ? (zone.priceUsd - now.lastUsd) / now.lastUsd : 0
    const bar = '█'.repeat(Math.max(1, Math.round(zone.strength * 8)))
    const away = `${distance > 0 ? '+' : ''}${percent(distance, 2)}`
    return {
      label: `${dollars(zone.priceUsd, 0)} ${bar}`,
      value: `${away} ${zone.ageMinutes}m ${fixed(zone.strength, 2)}`,
      color,
    }
  }
  const byPrice = (zones: DashboardView['model']['longZones']) =>
    [...zones].sort((a, b) => b.priceUsd - a.priceUsd)
  const shorts = byPrice(model.shortZones).map((zone) => row(zone, 'red'))
  const longs = byPrice(model.longZones).map((zone) => row(zone, 'green'))
  const none = (side: string): PanelRow => ({ label: `no ${side} zones yet`, value: ' ' })
  return {
    title: 'LIQUIDATION ZONES',
    color: 'yellow',
    rows: [
      { label: 'shorts, if price rises' },
      ...(shorts.length === 0 ? [none('short')] : shorts),
      { label: `── ${price(now.lastUsd)} ──` },
      ...(longs.length === 0 ? [none('long')] : longs),
      { label: 'longs, if price falls' },
      { label: 'alive', value: `L=${model.longZoneCount} S=${model.shortZoneCount}`, color: 'dim' },
    ],
  }
}
