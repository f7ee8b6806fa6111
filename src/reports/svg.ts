/**
 * A plain writer of pictures: the same numbers give the same bytes. Colours are of middle lightness,
 * and the ground is left clear, so that a picture can be read on white and on dark pages.
 */

export const COLORS = {
  text: '#7a8490',
  line: '#7a8490',
  long: '#d9622b',
  short: '#2f86d6',
  strong: '#2f9e63',
  weak: '#9a7fd1',
} as const

/** Of curves that stand beside each other. */
export const SERIES_COLORS = [
  '#2f86d6',
  '#d9622b',
  '#2f9e63',
  '#b565c9',
  '#c2971f',
  '#1fa3a3',
  '#d44f6e',
  '#7d86c9',
] as const

export const FONT_SIZE = 12
/** About the width of a letter. Unit: pixels. */
export const LETTER_WIDTH = 6.6

type Value = string | number

/** `<name attributes>`; numbers with one decimal. */
export function element(
  name: string,
  attributes: Readonly<Record<string, Value>>,
  text?: string,
): string {
  const pairs = Object.entries(attributes).map(
    ([key, value]) => ` ${key}="${typeof value === 'number' ? pixels(value) : escaped(value)}"`,
  )
  const open = `<${name}${pairs.join('')}`
  return text === undefined ? `${open}/>` : `${open}>${escaped(text)}</${name}>`
}

export const pixels = (value: number): string => {
  const text = value.toFixed(1)
  return text === '-0.0' ? '0' : text.replace(/\.0$/, '')
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')

export const line = (
  x1: number,
  y1: number,
  x2: number,
  y2: number,
  extra: Readonly<Record<string, Value>> = {},
): string => element('line', { x1, y1, x2, y2, stroke: COLORS.line, ...extra })

export const text = (
  x: number,
  y: number,
  words: string,
  extra: Readonly<Record<string, Value>> = {},
): string => element('text', { x, y, ...extra }, words)

export function svg(
  size: { readonly width: number; readonly height: number },
  title: string,
  parts: readonly string[],
): string {
  const { width, height } = size
  const head = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" font-family="system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif" font-size="${FONT_SIZE}" fill="${COLORS.text}">`
  return `${head}\n<title>${escaped(title)}</title>\n${parts.join('\n')}\n</svg>\n`
}

export interface LegendEntry {
  readonly words: string
  readonly color: string
  readonly shape: 'dot' | 'ring' | 'bar' | 'line'
}

/** In one row from `x` on. */
export function legend(x: number, y: number, entries: readonly LegendEntry[]): readonly string[] {
  const parts: string[] = []
  let at = x
  for (const { words, color, shape } of entries) {
    parts.push(symbolOf(shape, at + 6, y - 4, color), text(at + 16, y, words))
    at += 16 + words.length * LETTER_WIDTH + 18
  }
  return parts
}

function symbolOf(shape: LegendEntry['shape'], x: number, y: number, color: string): string {
  switch (shape) {
    case 'dot':
      return element('circle', { cx: x, cy: y, r: 4, fill: color })
    case 'ring':
      return element('circle', {
        cx: x,
        cy: y,
        r: 3.5,
        fill: 'none',
        stroke: color,
        'stroke-width': 1.6,
      })
    case 'bar':
      return element('rect', {
        x: x - 5,
        y: y - 5,
        width: 10,
        height: 10,
        fill: color,
        'fill-opacity': '0.55',
      })
    case 'line':
      return line(x - 7, y, x + 7, y, { stroke: color, 'stroke-width': 2 })
  }
}
