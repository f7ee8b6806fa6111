/** Bytes that grow while they are written, and the numbers that stand in them. */

/** Below it a number is written with integer arithmetic. */
const SMALL = 2 ** 28

export class ByteWriter {
  #bytes = new Uint8Array(1 << 16)
  #view = new DataView(this.#bytes.buffer)
  #length = 0

  get length(): number {
    return this.#length
  }

  /** What was written. Good until the next call. */
  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length)
  }

  clear(): void {
    this.#length = 0
  }

  byte(value: number): void {
    this.#reserve(1)
    this.#bytes[this.#length] = value
    this.#length += 1
  }

  /** Seven bits a byte, the lowest first; the highest bit says that more follow. Whole, from 0 to 2^54. */
  varint(value: number): void {
    this.#reserve(8)
    let rest = value
    let at = this.#length
    while (rest >= SMALL) {
      this.#bytes[at] = (rest % 0x80) | 0x80
      rest = Math.floor(rest / 0x80)
      at += 1
    }
    while (rest >= 0x80) {
      this.#bytes[at] = (rest & 0x7f) | 0x80
      rest >>>= 7
      at += 1
    }
    this.#bytes[at] = rest
    this.#length = at + 1
  }

  float(value: number): void {
    this.#reserve(8)
    this.#view.setFloat64(this.#length, value, true)
    this.#length += 8
  }

  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length)
    this.#bytes.set(bytes, this.#length)
    this.#length += bytes.length
  }

  #reserve(count: number): void {
    const wanted = this.#length + count
    if (wanted <= this.#bytes.length) return
    const grown = new Uint8Array(Math.max(wanted, this.#bytes.length * 2))
    grown.set(this.bytes())
    this.#bytes = grown
    this.#view = new DataView(grown.buffer)
  }
}

/** The way back. The bytes passed their checksum: nothing is checked again. */
export class ByteReader {
  readonly bytes: Uint8Array
  at = 0
  readonly view: DataView

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  byte(): number {
    const value = this.bytes[this.at] ?? 0
    this.at += 1
    return value
  }

  varint(): number {
    let value = 0
    let scale = 1
    for (;;) {
      const byte = this.byte()
      value += (byte & 0x7f) * scale
      if (byte < 0x80) return value
      scale *= 0x80
    }
  }

  float(): number {
    const value = this.view.getFloat64(this.at, true)
    this.at += 8
    return value
  }

  raw(count: number): Uint8Array {
    const bytes = this.bytes.subarray(this.at, this.at + count)
    this.at += count
    return bytes
  }
}
