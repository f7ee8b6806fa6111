/** A grid of cells: panels write into it, and only the rows that changed are sent to the terminal. */

export type Color =
  | 'plain'
  | 'dim'
  | 'green'
  | 'red'
  | 'yellow'
  | 'cyan'
  | 'blue'
  | 'magenta'
  | 'bold'

const CODES: Readonly<Record<Color, string>> = {
  plain: '0',
  dim: '2',
  green: '32',
  red: '31',
  yellow: '33',
  cyan: '36',
  blue: '94',
  magenta: '35',
  bold: '1',
}

const ESCAPE = '\u001b['

export const ENTER_SCREEN = `${ESCAPE}?1049h${ESCAPE}?25l${ESCAPE}2J`
export const LEAVE_SCREEN = `${ESCAPE}?25h${ESCAPE}?1049l`

export class Screen {
  readonly columns: number
  readonly rows: number
  readonly #texts: string[][]
  readonly #colors: Color[][]

  constructor(columns: number, rows: number) {
    this.columns = columns
    this.rows = rows
    this.#texts = Array.from({ length: rows }, () => Array<string>(columns).fill(' '))
    this.#colors = Array.from({ length: rows }, () => Array<Color>(columns).fill('plain'))
  }

  /** Writes what fits; what lies outside is cut. */
  put(row: number, column: number, text: string, color: Color = 'plain'): void {
    const texts = this.#texts[row]
    const colors = this.#colors[row]
    if (texts === undefined || colors === undefined) return
    let at = column
    for (const character of text) {
      if (at >= 0 && at < this.columns) {
        texts[at] = character
        colors[at] = color
      }
      at += 1
    }
  }

  /** Each row as text, with colours unless they are switched off. */
  lines(useColor: boolean): readonly string[] {
    return this.#texts.map((texts, row) => {
      if (!useColor) return texts.join('').trimEnd()
      let line = ''
      let before: Color = 'plain'
      for (const [column, character] of texts.entries()) {
        const color = this.#colors[row]?.[column] ?? 'plain'
        if (color !== before)
          line += `${ESCAPE}0m${color === 'plain' ? '' : `${ESCAPE}${CODES[color]}m`}`
        before = color
        line += character
      }
      return before === 'plain' ? line : `${line}${ESCAPE}0m`
    })
  }
}

/** What turns a terminal that shows `before` into one that shows `after`. */
export function difference(before: readonly string[], after: readonly string[]): string {
  let out = ''
  for (const [row, line] of after.entries()) {
    if (line !== before[row]) out += `${ESCAPE}${row + 1};1H${line}${ESCAPE}K`
  }
  for (let row = after.length; row < before.length; row += 1)
    out += `${ESCAPE}${row + 1};1H${ESCAPE}2K`
  return out
}
