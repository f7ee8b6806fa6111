/**
 * The trials of a sweep as they get done, one JSON line each, durable before the next is counted: what
 * a killed sweep goes on from. A line begins with the CRC-32 of the rest, so that a torn or altered
 * one is found and its trial is run again.
 */
import { type FileHandle, mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { crc32 } from 'node:zlib'
import { RecorderError } from '../base/errors.ts'

export interface JournalHead {
  readonly format: 1
  /** Of all that decides the results: only the same sweep can be resumed. */
  readonly plan: string
  readonly trialCount: number
}

/** One line. */
export interface TrialLine<Result> {
  readonly trial: number
  readonly result: Result
}

const LINE = /^\{"crc":"([0-9a-f]{8})",(.*)$/

export function encodeLine(value: object): string {
  const rest = JSON.stringify(value).slice(1)
  return `{"crc":"${crc32(rest).toString(16).padStart(8, '0')}",${rest}`
}

/** Nothing for a line that is not whole. */
export function decodeLine(line: string): unknown {
  const parts = LINE.exec(line)
  const rest = parts?.[2]
  if (rest === undefined || crc32(rest) !== Number.parseInt(parts?.[1] ?? '', 16)) return undefined
  return JSON.parse(`{${rest}`)
}

export interface SavedTrials<Result> {
  readonly head: JournalHead
  readonly lines: readonly TrialLine<Result>[]
}

/** Nothing when there is no file, or not even its head is whole. */
export async function readTrials<Result>(path: string): Promise<SavedTrials<Result> | undefined> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return ''
    throw new RecorderError('FILE_UNREADABLE', `${path} cannot be read`, { cause: error })
  })
  const [first = '', ...rest] = text.split('\n')
  const head = decodeLine(first) as JournalHead | undefined
  if (head === undefined) return undefined
  const lines = rest.flatMap((line) => (decodeLine(line) as TrialLine<Result> | undefined) ?? [])
  return { head, lines }
}

export class TrialJournal<Result> {
  readonly #path: string
  readonly #file: FileHandle
  /** Ends with the last line that is durable. */
  #tail: Promise<void> = Promise.resolve()

  private constructor(path: string, file: FileHandle) {
    this.#path = path
    this.#file = file
  }

  /**
   * Starts a file that holds `lines` already, whole or not at all.
   * @throws {RecorderError} `JOURNAL_WRITE_FAILED`
   */
  static async create<Result>(
    path: string,
    head: JournalHead,
    lines: readonly TrialLine<Result>[],
  ): Promise<TrialJournal<Result>> {
    const part = `${path}.part`
    let file: FileHandle | undefined
    try {
      await mkdir(dirname(path), { recursive: true })
      file = await open(part, 'w')
      await file.writeFile(`${[head, ...lines].map(encodeLine).join('\n')}\n`)
      await file.datasync()
      await rename(part, path)
      return new TrialJournal(path, file)
    } catch (cause) {
      // What failed is said; that its remains cannot be taken away either adds nothing.
      await file?.close().catch(() => undefined)
      await rm(part, { force: true }).catch(() => undefined)
      throw writeFailed(path, cause)
    }
  }

  /** Resolves when the lines are durable. Returns what they say, as a later run would read it. */
  async append(lines: readonly TrialLine<Result>[]): Promise<readonly TrialLine<Result>[]> {
    const texts = lines.map(encodeLine)
    this.#tail = this.#tail.then(async () => {
      await this.#file.appendFile(texts.map((text) => `${text}\n`).join(''))
      await this.#file.datasync()
    })
    try {
      await this.#tail
    } catch (cause) {
      throw writeFailed(this.#path, cause)
    }
    return texts.map((text) => decodeLine(text) as TrialLine<Result>)
  }

  async close(): Promise<void> {
    await this.#tail.catch(() => undefined)
    await this.#file.close()
  }
}

const writeFailed = (path: string, cause: unknown): RecorderError =>
  new RecorderError(
    'JOURNAL_WRITE_FAILED',
    `${path}: ${cause instanceof Error ? cause.message : 'unknown'}`,
    { cause },
  )
