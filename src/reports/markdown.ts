/** Pieces of Markdown. Every piece ends without a line break; pieces are joined by blank lines. */

const escaped = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ')

/** `head`: a column whose head begins with `<` is aligned to the left, all others to the right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const heads = head.map((text) => escaped(text.replace(/^</, '')))
  const rules = head.map((text) => (text.startsWith('<') ? ':--' : '--:'))
  const lines = [heads, rules, ...rows.map((row) => row.map(escaped))]
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

export const list = (items: readonly string[]): string =>
  items.map((item) => `- ${item}`).join('\n')

export const picture = (name: string, title: string, caption: string): string =>
  `![${title}](img/${name})\n\n*${caption}*`

export const code = (text: string): string => `\`${text}\``

/** The whole text of a file. */
export const document = (pieces: readonly (string | undefined)[]): string =>
  `${pieces.filter((piece) => piece !== undefined && piece !== '').join('\n\n')}\n`

/** At most so many, then how many are left out. */
export function firstOf<T>(
  values: readonly T[],
  most: number,
  print: (value: T) => string,
): string {
  const shown = values.slice(0, most).map(print).join(', ')
  const left = values.length - most
  return left > 0 ? `${shown} and ${left} more` : shown
}
