/** Files of recorded payloads into a journal, whatever their format. */
import { RecorderError } from '../base/errors.ts'
import type { JournalWriter } from '../journal/journal.ts'
import { type FrameHeadOf, HFTBACKTEST_LINE, HftBacktestReader } from './hftbacktest.ts'
import { type Line, linesOf } from './line-reader.ts'
import { NdjsonReader, type ParsedLine, type VenueTimeOf } from './ndjson.ts'

/** The formats that `import` reads, by the name that `--format` takes. */
export const IMPORT_FORMATS = ['ndjson', 'hftbacktest'] as const
export type ImportFormat = (typeof IMPORT_FORMATS)[number]

export interface ImportOptions {
  /** Absent: told from the first line. */
  readonly format?: ImportFormat | undefined
  /** Leave malformed lines out and count them, instead of stopping at the first. */
  readonly skipBad: boolean
  readonly headOf: FrameHeadOf
  readonly venueTimeOf: VenueTimeOf
  readonly onProgress?: (lineCount: number) => void
}

export interface ImportResult {
  readonly format: ImportFormat
  entryCount: number
  badLineCount: number
  /** The first malformed line that was left out, with its reason. */
  firstBadLine: string | undefined
}

interface LineParser {
  parse(text: string): ParsedLine
}

/**
 * Appends the entries of `path` in the order of its lines.
 * @throws {RecorderError} `INPUT_MALFORMED` naming the line, unless `skipBad`; `FILE_UNREADABLE`.
 */
export async function importFile(
  path: string,
  writer: Pick<JournalWriter, 'append' | 'flush'>,
  options: ImportOptions,
): Promise<ImportResult> {
  let result: ImportResult | undefined
  let parser: LineParser | undefined
  for await (const lines of linesOf(path)) {
    const [first] = lines
    if (first === undefined) continue
    if (parser === undefined || result === undefined) {
      const format = options.format ?? formatOf(path, first)
      parser = openParser(format, options)
      result = { format, entryCount: 0, badLineCount: 0, firstBadLine: undefined }
    }
    takeLines(path, lines, parser, writer, result, options.skipBad)
    // One flush a batch keeps memory flat however fast the file is.
    await writer.flush()
    options.onProgress?.(lines.at(-1)?.number ?? 0)
  }
  if (result === undefined) throw new RecorderError('INPUT_MALFORMED', `${path} holds no line`)
  return result
}

function takeLines(
  path: string,
  lines: readonly Line[],
  parser: LineParser,
  writer: Pick<JournalWriter, 'append'>,
  result: ImportResult,
  skipBad: boolean,
): void {
  for (const { number, text } of lines) {
    const { draft, reason } = parser.parse(text)
    if (draft !== undefined) {
      writer.append(draft)
      result.entryCount += 1
      continue
    }
    const message = `${path} line ${number}: ${reason}`
    if (!skipBad) throw new RecorderError('INPUT_MALFORMED', message, { details: { line: number } })
    result.badLineCount += 1
    result.firstBadLine ??= message
  }
}

function formatOf(path: string, { number, text }: Line): ImportFormat {
  if (HFTBACKTEST_LINE.test(text)) return 'hftbacktest'
  if (text.startsWith('{')) return 'ndjson'
  const known = IMPORT_FORMATS.join(', ')
  throw new RecorderError(
    'INPUT_MALFORMED',
    `${path} line ${number}: no format that import knows (${known}) begins like this`,
  )
}

function openParser(format: ImportFormat, options: ImportOptions): LineParser {
  return format === 'ndjson'
    ? new NdjsonReader(options.venueTimeOf)
    : new HftBacktestReader(options.headOf, options.venueTimeOf)
}
