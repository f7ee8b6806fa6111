/**
 * The files that a replay writes, whole or not at all: everything goes to `<out>.part`, which takes
 * the place of `<out>` when the replay is done.
 */
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { RecorderError } from '../base/errors.ts'

const BUFFER_CHARS = 1 << 16

export class ArtefactFolder {
  readonly #out: string
  readonly #part: string
  readonly #files = new Map<string, { readonly descriptor: number; pending: string }>()

  /** @throws {RecorderError} `JOURNAL_WRITE_FAILED` when the folder cannot be made. */
  constructor(out: string) {
    this.#out = out
    this.#part = `${out}.part`
    this.#guard('', () => {
      rmSync(this.#part, { recursive: true, force: true })
      mkdirSync(this.#part, { recursive: true })
    })
  }

  /** Makes `name`, so that it is there even when nothing is ever written to it. */
  touch(name: string): void {
    this.#file(name)
  }

  /** Adds a record as one JSON line. An infinity is `null`, as `product.md` §3 asks. */
  line(name: string, record: unknown): void {
    this.text(name, `${JSON.stringify(record)}\n`)
  }

  /** Adds text as it is. */
  text(name: string, text: string): void {
    const file = this.#file(name)
    file.pending += text
    if (file.pending.length > BUFFER_CHARS) this.#drain(name, file)
  }

  bytes(name: string, bytes: Uint8Array): void {
    const file = this.#file(name)
    this.#drain(name, file)
    this.#guard(name, () => writeSync(file.descriptor, bytes))
  }

  /** Writes a whole file of its own. */
  json(name: string, value: unknown): void {
    const file = this.#file(name)
    file.pending = `${JSON.stringify(value, undefined, 2)}\n`
    this.#drain(name, file)
  }

  /** Puts the folder in its place. A folder that was there before is gone. */
  commit(): void {
    this.#guard(this.#out, () => {
      for (const [name, file] of this.#files) {
        this.#drain(name, file)
        fsyncSync(file.descriptor)
        closeSync(file.descriptor)
      }
      this.#files.clear()
      rmSync(this.#out, { recursive: true, force: true })
      renameSync(this.#part, this.#out)
    })
  }

  /** Leaves nothing behind. What stood at the place before is untouched. */
  discard(): void {
    for (const { descriptor } of this.#files.values()) closeSync(descriptor)
    this.#files.clear()
    rmSync(this.#part, { recursive: true, force: true })
  }

  #file(name: string): { readonly descriptor: number; pending: string } {
    let file = this.#files.get(name)
    if (file === undefined) {
      const path = join(this.#part, name)
      const descriptor = this.#guard(name, () => {
        mkdirSync(dirname(path), { recursive: true })
        return openSync(path, 'w')
      })
      file = { descriptor, pending: '' }
      this.#files.set(name, file)
    }
    return file
  }

  #drain(name: string, file: { readonly descriptor: number; pending: string }): void {
    if (file.pending === '') return
    this.#guard(name, () => writeSync(file.descriptor, file.pending))
    file.pending = ''
  }

  #guard<T>(name: string, work: () => T): T {
    try {
      return work()
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : 'unknown'
      const path = join(this.#out, name)
      throw new RecorderError('JOURNAL_WRITE_FAILED', `${path}: ${reason}`, { cause })
    }
  }
}
