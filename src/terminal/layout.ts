/** Where each panel stands, by the size of the terminal. */
import type { DashboardView } from '../projections/dashboard-view.ts'
import { fixed, moment, span } from './numbers.ts'
import { drawPanel } from './panel.ts'
import {
  bookPanel,
  healthPanel,
  interestPanel,
  liquidationsPanel,
  modelPanel,
  type PanelMaker,
  pricePanel,
  tradesPanel,
  zonesPanel,
} from './panels.ts'
import { Screen } from './screen.ts'

/** In the order of the keys 1 to 8. */
export const PANELS: readonly PanelMaker[] = [
  healthPanel,
  pricePanel,
  bookPanel,
  tradesPanel,
  interestPanel,
  liquidationsPanel,
  modelPanel,
  zonesPanel,
]

export interface LayoutOptions {
  readonly columns: number
  readonly rows: number
  /** Index into {@link PANELS} of the one that has the screen for itself. */
  readonly focus?: number | undefined
  /** What the last line says beside the keys. */
  readonly notice?: string
}

const HEADER_ROWS = 2
const FOOTER_ROWS = 1
const KEYS = 'q quit · s symbol · 0–8 panel · space play · ← → step · + − speed · l newest'

/** By columns of panels: which stand in each, from the top. What does not fit is cut below. */
const WIDE: readonly (readonly PanelMaker[])[] = [
  [healthPanel, pricePanel],
  [bookPanel, tradesPanel],
  [interestPanel, liquidationsPanel],
  [zonesPanel, modelPanel],
]
const MEDIUM: readonly (readonly PanelMaker[])[] = [
  [healthPanel, pricePanel, interestPanel],
  [zonesPanel, bookPanel],
  [tradesPanel, liquidationsPanel, modelPanel],
]
const NARROW: readonly (readonly PanelMaker[])[] = [
  [healthPanel, pricePanel],
  [zonesPanel, liquidationsPanel],
]

/** The whole screen for `view`. */
export function layout(view: DashboardView, options: LayoutOptions): Screen {
  const { columns, rows, focus, notice = '' } = options
  const screen = new Screen(columns, rows)
  drawHeader(screen, view)
  const body = { row: HEADER_ROWS, rows: rows - HEADER_ROWS - FOOTER_ROWS }
  const focused = focus === undefined ? undefined : PANELS[focus]
  const grid = focused === undefined ? gridFor(columns) : [[focused]]
  const width = Math.floor(columns / grid.length)
  for (const [index, makers] of grid.entries()) {
    const column = index * width
    const isLast = index === grid.length - 1
    drawColumn(screen, view, makers, {
      ...body,
      column,
      columns: isLast ? columns - column : width,
    })
  }
  screen.put(rows - 1, 0, ` ${notice === '' ? KEYS : notice}`, notice === '' ? 'dim' : 'yellow')
  return screen
}

const gridFor = (columns: number): readonly (readonly PanelMaker[])[] =>
  columns >= 160 ? WIDE : columns >= 110 ? MEDIUM : NARROW

/** Panels get the rows that they ask for, the last one the rest. */
function drawColumn(
  screen: Screen,
  view: DashboardView,
  makers: readonly PanelMaker[],
  area: {
    readonly row: number
    readonly rows: number
    readonly column: number
    readonly columns: number
  },
): void {
  let { row } = area
  const end = area.row + area.rows
  for (const [index, make] of makers.entries()) {
    const panel = make(view)
    const left = end - row
    const isLast = index === makers.length - 1
    // Every panel below keeps room for a border and two rows.
    const reserved = (makers.length - 1 - index) * 4
    const rows = isLast ? left : Math.max(3, Math.min(panel.rows.length + 2, left - reserved))
    if (left < 3) break
    drawPanel(screen, panel, { row, column: area.column, rows, columns: area.columns })
    row += rows
  }
}

function drawHeader(screen: Screen, view: DashboardView): void {
  const badge = view.mode === 'live' ? ' LIVE ' : ' REPLAY '
  const symbols = view.symbols
    .map((symbol) => (symbol === view.symbol ? `[${symbol}]` : symbol))
    .join(' ')
  screen.put(0, 1, 'moonreplay', 'bold')
  screen.put(0, 12, badge, view.mode === 'live' ? 'red' : 'cyan')
  screen.put(0, 21, `${view.recording}  ${symbols}  ${moment(view.asOfMs)} UTC`)
  const facts = [
    `run ${span(view.runtimeMs)}`,
    `${fixed(view.entryCount, 0)} entries`,
    `seq ${fixed(view.seq, 0)}`,
    `lag ${span(Math.max(0, view.lagMs))}`,
    view.digest === '' ? 'no digest yet' : `digest ${view.digest.slice(0, 12)}`,
  ]
  screen.put(1, 1, facts.join(' · '), 'dim')
  if (!view.ready) screen.put(1, Math.max(0, screen.columns - 14), 'not ready yet', 'yellow')
}
