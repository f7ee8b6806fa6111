/** Bodies that were made already, as bytes; the ones not asked for longest make room. */

export interface KeptBody {
  readonly bytes: Buffer
  readonly contentType: string
  readonly headers: Readonly<Record<string, string>>
  /** Receive time of the last entry of its state. Unit: ms since 1970. */
  readonly recvMs: number
}

/** What keeping a body costs beside its bytes and its key, which a client may have made long. */
const ENTRY_BYTES = 1_000

const costOf = (key: string, { bytes }: KeptBody): number => bytes.length + key.length + ENTRY_BYTES

export class BodyCache {
  readonly #bytesMax: number
  readonly #bodies = new Map<string, KeptBody>()
  #bytes = 0
  hitCount = 0
  missCount = 0

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax
  }

  get byteCount(): number {
    return this.#bytes
  }

  find(key: string): KeptBody | undefined {
    const body = this.#bodies.get(key)
    if (body === undefined) {
      this.missCount += 1
      return undefined
    }
    this.hitCount += 1
    this.#bodies.delete(key)
    this.#bodies.set(key, body)
    return body
  }

  keep(key: string, body: KeptBody): void {
    const cost = costOf(key, body)
    if (cost > this.#bytesMax / 2) return
    this.#drop(key)
    this.#bodies.set(key, body)
    this.#bytes += cost
    for (const oldest of this.#bodies.keys()) {
      if (this.#bytes <= this.#bytesMax) return
      this.#drop(oldest)
    }
  }

  #drop(key: string): void {
    const body = this.#bodies.get(key)
    if (body === undefined) return
    this.#bytes -= costOf(key, body)
    this.#bodies.delete(key)
  }
}
