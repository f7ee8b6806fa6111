/** Lines of a file, gzipped or not, in batches: one `await` per chunk and not per line. */
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { RecorderError } from '../base/errors.ts'

/** A line without its line feed. The bytes are the reader's until the next batch. */
export interface Line {
  /** From 1. */
  readonly number: number
  readonly text: string
}

/**
 * Yields the non-empty lines of `path` in batches.
 * @throws {RecorderError} `FILE_UNREADABLE`; `INPUT_MALFORMED` when a gzip ends early or is broken.
 */
export async function* linesOf(path: string): AsyncGenerator<readonly Line[]> {
  const gzipped = await isGzip(path)
  const file = createReadStream(path, { highWaterMark: 1 << 18 })
  const gunzip = createGunzip({ chunkSize: 1 << 18 })
  // A failure of the file ends the unzipped stream, which is the one that is read below.
  if (gzipped) pipeline(file, gunzip).catch((error: Error) => gunzip.destroy(error))
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let number = 0
  let rest = ''
  try {
    for await (const chunk of gzipped ? gunzip : file) {
      const parts = (rest + decoder.decode(chunk as Uint8Array, { stream: true })).split('\n')
      rest = parts.pop() ?? ''
      yield numbered(parts, number)
      number += parts.length
    }
    rest += decoder.decode()
  } catch (cause) {
    throw unreadable(path, number, cause)
  }
  yield numbered([rest], number)
}

function numbered(texts: readonly string[], before: number): Line[] {
  const lines: Line[] = []
  for (const [index, text] of texts.entries()) {
    const trimmed = text.endsWith('\r') ? text.slice(0, -1) : text
    if (trimmed !== '') lines.push({ number: before + index + 1, text: trimmed })
  }
  return lines
}

async function isGzip(path: string): Promise<boolean> {
  try {
    await using file = await open(path, 'r')
    const head = new Uint8Array(2)
    await file.read(head, 0, 2, 0)
    return head[0] === 0x1f && head[1] === 0x8b
  } catch (cause) {
    throw new RecorderError('FILE_UNREADABLE', `${path} cannot be read: ${reasonOf(cause)}`, {
      cause,
    })
  }
}

function unreadable(path: string, linesRead: number, cause: unknown): RecorderError {
  const message = `${path} breaks off after line ${linesRead}: ${reasonOf(cause)}`
  return new RecorderError('INPUT_MALFORMED', message, { cause, details: { linesRead } })
}

const reasonOf = (cause: unknown): string => (cause instanceof Error ? cause.message : 'unknown')
