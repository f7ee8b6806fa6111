/** Results go to standard output, everything else to standard error. */
import { format } from 'node:util'
import { RecorderError } from '../base/errors.ts'

/** Prints one line of a result. */
export function print(...parts: readonly unknown[]): void {
  process.stdout.write(`${format(...parts)}\n`)
}

/** Prints a result as one JSON object on one line. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`)
}

/** Prints a remark that is no result, such as a warning. */
export function remark(text: string): void {
  process.stderr.write(`${text}\n`)
}

/** A failure as the one line that says what is wrong, where, and what to do; and the exit status. */
export function describeFailure(error: unknown): {
  readonly line: string
  readonly exitCode: number
} {
  if (error instanceof RecorderError) {
    const line = `${error.code}: ${error.message}. ${error.kind.remedy}`
    return { line: line.replaceAll(/\s*\n\s*/g, ' '), exitCode: error.kind.exitCode }
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return { line: `BUG: ${stack}`, exitCode: 2 }
}

const grouped = (value: number): string =>
  Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+(?!\d))/g, ',')

export const count = grouped

/** Bytes as a person reads them. */
export function size(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`
  if (bytes < 1024 ** 2) return `${(bytes / 1024).toFixed(1)} KB`
  if (bytes < 1024 ** 3) return `${(bytes / 1024 ** 2).toFixed(1)} MB`
  return `${(bytes / 1024 ** 3).toFixed(2)} GB`
}

/** Rows as a table in plain text: first column to the left, numbers to the right. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = []
  for (const row of rows) {
    for (const [index, cell] of row.entries()) {
      widths[index] = Math.max(widths[index] ?? 0, cell.length)
    }
  }
  return rows
    .map((row) =>
      row
        .map((cell, index) => {
          const width = widths[index] ?? 0
          return /^(–|[-+−]?[\d,.]+( ?[%A-Za-z/]+)?)$/.test(cell)
            ? cell.padStart(width)
            : cell.padEnd(width)
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
