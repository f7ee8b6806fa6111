/** A box with a title and rows of a label and a value. */
import type { Color, Screen } from './screen.ts'

export interface PanelRow {
  readonly label: string
  /** Empty for a heading. */
  readonly value?: string
  readonly color?: Color
}

export interface Panel {
  readonly title: string
  readonly color: Color
  readonly rows: readonly PanelRow[]
}

export interface Area {
  readonly row: number
  readonly column: number
  readonly rows: number
  readonly columns: number
}

/** Draws `panel` into `area`. Labels are shortened before values, and no value is ever wrapped. */
export function drawPanel(screen: Screen, panel: Panel, area: Area): void {
  const { row, column, rows, columns } = area
  if (rows < 2 || columns < 8) return
  const title = ` ${panel.title.slice(0, columns - 4)} `
  const rule = '─'.repeat(columns - 2)
  screen.put(row, column, `╭${rule}╮`, panel.color)
  screen.put(row, column + 2, title, panel.color)
  screen.put(row + rows - 1, column, `╰${rule}╯`, panel.color)
  for (let at = row + 1; at < row + rows - 1; at += 1) {
    screen.put(at, column, '│', panel.color)
    screen.put(at, column + columns - 1, '│', panel.color)
  }
  const width = columns - 4
  for (const [place, item] of panel.rows.entries()) {
    const at = row + 1 + place
    if (at >= row + rows - 1) break
    drawRow(screen, item, { row: at, column: column + 2, width })
  }
}

function drawRow(
  screen: Screen,
  { label, value = '', color = 'plain' }: PanelRow,
  { row, column, width }: { readonly row: number; readonly column: number; readonly width: number },
): void {
  const shown = value.slice(0, width)
  const room = width - shown.length - (shown === '' ? 0 : 1)
  screen.put(row, column, shortened(label, room), value === '' ? 'bold' : 'plain')
  screen.put(row, column + width - shown.length, shown, color)
}

const shortened = (text: string, room: number): string =>
  text.length <= room ? text : room <= 1 ? '' : `${text.slice(0, room - 1)}…`
