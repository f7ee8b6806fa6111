/** A recording as NDJSON, in receive order. */
import { createWriteStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { RecorderError } from '../base/errors.ts'
import type { BlockRange, JournalReader } from '../journal/journal.ts'
import { type Block, entryAt } from '../model/block.ts'
import { RECORDER_VENUE } from '../model/channel.ts'
import { formatLine } from './ndjson.ts'

export interface ExportResult {
  lineCount: number
  /** Recorder facts that were left out, and how many of them are gaps. */
  factsLeftOut: number
  gapsLeftOut: number
}

export interface ExportOptions {
  /** Gzipped when it ends in `.gz`. */
  readonly path: string
  /** Recorder facts too, and with each line what only the recorder knew: lossless. */
  readonly facts: boolean
  readonly range?: BlockRange
  readonly onProgress?: (seq: number) => void
}

/**
 * Writes the file whole or not at all.
 * @throws {RecorderError} `JOURNAL_WRITE_FAILED`, or what reading the journal throws.
 */
export async function exportRecording(
  reader: JournalReader,
  options: ExportOptions,
): Promise<ExportResult> {
  const result: ExportResult = { lineCount: 0, factsLeftOut: 0, gapsLeftOut: 0 }
  const part = `${options.path}.part`
  const source = Readable.from(chunksOf(reader, options, result))
  const target = createWriteStream(part)
  try {
    if (options.path.endsWith('.gz')) await pipeline(source, createGzip({ level: 6 }), target)
    else await pipeline(source, target)
    await rename(part, options.path)
  } catch (cause) {
    await rm(part, { force: true })
    if (cause instanceof RecorderError) throw cause
    const reason = cause instanceof Error ? cause.message : 'unknown'
    throw new RecorderError('JOURNAL_WRITE_FAILED', `${options.path}: ${reason}`, { cause })
  }
  return result
}

async function* chunksOf(
  reader: JournalReader,
  options: ExportOptions,
  result: ExportResult,
): AsyncGenerator<string> {
  for await (const block of reader.blocks(options.range)) {
    const chunk = linesOfBlock(block, options, result)
    options.onProgress?.(block.firstSeq + block.count)
    if (chunk !== '') yield chunk
  }
}

function linesOfBlock(
  block: Block,
  { facts, range = {} }: ExportOptions,
  result: ExportResult,
): string {
  const first = Math.max(0, (range.fromSeq ?? 0) - block.firstSeq)
  const end = Math.min(block.count, (range.toSeq ?? Number.POSITIVE_INFINITY) - block.firstSeq)
  let lines = ''
  for (let index = first; index < end; index += 1) {
    const entry = entryAt(block, index)
    if (facts || entry.stream.venue !== RECORDER_VENUE) {
      lines += formatLine(entry, { facts })
      result.lineCount += 1
    } else {
      result.factsLeftOut += 1
      if (entry.stream.channel === 'gap') result.gapsLeftOut += 1
    }
  }
  return lines
}
