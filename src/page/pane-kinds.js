/** The panes below the chart: which rows each shows, how, and what it says of a minute. */
import { decimal, signed, size } from './format.js'

const known = (value, text) => (value === undefined || value === null ? '–' : text(value))
const ratio = (value) => decimal(value, 3)

/**
 * @typedef {object} PaneKind
 * @property {string} id
 * @property {string} title
 * @property {(symbol: string) => string} unit
 * @property {'bars' | 'minutes'} rows Kind of history.
 * @property {'mirror' | 'lines'} shape `mirror`: shorts and buyers up, longs and sellers down.
 * @property {readonly {name: string, color: string, value: (row: object) => number | undefined,
 *   as?: 'line', dash?: readonly number[]}[]} series
 * @property {(value: number) => string} label Of the axis.
 * @property {(row: object) => readonly (readonly [string, string])[]} read
 */

/** @type {readonly PaneKind[]} */
export const PANE_KINDS = [
  {
    id: 'hazard',
    title: 'Liquidations, observed and expected',
    unit: () => 'per minute',
    rows: 'minutes',
    shape: 'mirror',
    series: [
      { name: 'shorts', color: 'short', value: (row) => row.observedShort },
      { name: 'longs', color: 'long', value: (row) => negative(row.observedLong) },
      { name: 'expected', color: 'ink', as: 'line', value: (row) => row.expectedShort },
      { name: 'expected', color: 'ink', as: 'line', value: (row) => negative(row.expectedLong) },
    ],
    label: (value) => size(Math.abs(value)),
    read: (row) => [
      ['shorts', observedOf(row.observedShort, row.expectedShort)],
      ['longs', observedOf(row.observedLong, row.expectedLong)],
    ],
  },
  {
    id: 'flow',
    title: 'Taker flow',
    unit: (symbol) => `${symbol} per minute`,
    rows: 'bars',
    shape: 'mirror',
    series: [
      { name: 'bought', color: 'long', value: (row) => row.buyBase },
      { name: 'sold', color: 'short', value: (row) => -row.sellBase },
    ],
    label: (value) => size(Math.abs(value)),
    read: (row) => [
      ['bought', size(row.buyBase)],
      ['sold', size(row.sellBase)],
      ['net', signed(row.buyBase - row.sellBase, 2)],
    ],
  },
  {
    id: 'interest',
    title: 'Open interest',
    unit: (symbol) => symbol,
    rows: 'minutes',
    shape: 'lines',
    series: [{ name: 'open interest', color: 'accent', value: (row) => row.openInterestBase }],
    label: (value) => size(value),
    read: (row) => [['', known(row.openInterestBase, (value) => decimal(value, 2))]],
  },
  {
    id: 'funding',
    title: 'Funding',
    unit: () => '% per interval',
    rows: 'minutes',
    shape: 'lines',
    series: [{ name: 'funding', color: 'accent', value: (row) => percent(row.fundingRate) }],
    label: (value) => decimal(value, 4),
    read: (row) => [['', known(row.fundingRate, (value) => `${signed(value * 100, 4)} %`)]],
  },
  {
    id: 'ratios',
    title: 'Longs to shorts',
    unit: () => 'ratio',
    rows: 'minutes',
    shape: 'lines',
    series: [
      { name: 'top accounts', color: 'accent', value: (row) => row.topAccountRatio },
      { name: 'top positions', color: 'ink', value: (row) => row.topPositionRatio, dash: [5, 3] },
      {
        name: 'all accounts',
        color: 'muted',
        value: (row) => row.globalAccountRatio,
        dash: [2, 2],
      },
    ],
    label: (value) => decimal(value, 2),
    read: (row) => [
      ['top accounts', known(row.topAccountRatio, ratio)],
      ['top positions', known(row.topPositionRatio, ratio)],
      ['all accounts', known(row.globalAccountRatio, ratio)],
    ],
  },
]

const negative = (value) => (Number.isFinite(value) ? -value : undefined)
const percent = (rate) => (Number.isFinite(rate) ? rate * 100 : undefined)
const observedOf = (observed, expected) =>
  `${known(observed, (value) => decimal(value))} of ${known(expected, (value) => decimal(value, 1))}`
