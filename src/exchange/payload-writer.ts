/**
 * Writes payloads digit by digit into large chunks, so that a simulated entry costs neither a
 * string nor a buffer of its own. A chunk is left behind when it is full and never written again:
 * payloads stay valid for as long as somebody holds them.
 */
import { powerOfTen } from '../base/numeric.ts'

const CHUNK_BYTES = 1 << 20

const ZERO = 48
const DOT = 46

export const encodeText = (text: string): Uint8Array => new TextEncoder().encode(text)

export class PayloadWriter {
  #bytes = new Uint8Array(CHUNK_BYTES)
  #start = 0
  #at = 0

  /** Starts a payload of at most `bytesMax`, which must not exceed a chunk. */
  begin(bytesMax: number): void {
    if (this.#at + bytesMax > CHUNK_BYTES) {
      this.#bytes = new Uint8Array(CHUNK_BYTES)
      this.#at = 0
    }
    this.#start = this.#at
  }

  end(): Uint8Array {
    return this.#bytes.subarray(this.#start, this.#at)
  }

  text(bytes: Uint8Array): void {
    const target = this.#bytes
    let at = this.#at
    for (let index = 0; index < bytes.length; index += 1) {
      target[at] = bytes[index] ?? 0
      at += 1
    }
    this.#at = at
  }

  /** A whole number from 0 to 2^53. */
  integer(value: number): void {
    if (value < 1e9) {
      this.#digits(value, widthOf(value))
      return
    }
    const high = Math.floor(value / 1e9)
    this.#digits(high, widthOf(high))
    this.#digits(value - high * 1e9, 9)
  }

  /** `units / 10 ** decimals` with all its decimals, of which there are at most 9. */
  decimal(units: number, decimals: number): void {
    const scale = powerOfTen(decimals)
    const whole = Math.floor(units / scale)
    this.#digits(whole, widthOf(whole))
    if (decimals === 0) return
    this.#bytes[this.#at] = DOT
    this.#at += 1
    this.#digits(units - whole * scale, decimals)
  }

  #digits(value: number, width: number): void {
    const target = this.#bytes
    let rest = value | 0
    for (let at = this.#at + width - 1; at >= this.#at; at -= 1) {
      const next = (rest / 10) | 0
      target[at] = ZERO + rest - next * 10
      rest = next
    }
    this.#at += width
  }
}

function widthOf(value: number): number {
  let width = 1
  while (width < 10 && value >= powerOfTen(width)) width += 1
  return width
}
