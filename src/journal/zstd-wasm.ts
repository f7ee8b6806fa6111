/**
 * zstd in WebAssembly, from `@bokuweb/zstd-wasm`. Its `decompress` gives new memory each time, for
 * which a replay on one thread paid a seventh of its time; so what it exports is called here with
 * memory that the reader gives. Where the package has become another one, its own way is taken.
 */
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Room } from './room.ts'

export interface WasmZstd {
  readonly compress: (bytes: Uint8Array, level: number) => Uint8Array
  readonly decompress: (bytes: Uint8Array, room: Room) => Uint8Array
}

/** What the package has inside: the memory of zstd, and functions over places in it. */
interface Inside {
  /** Another object whenever the memory has grown. */
  readonly HEAPU8: Uint8Array
  readonly _malloc: (byteLength: number) => number
  readonly _free: (at: number) => void
  readonly _ZSTD_getFrameContentSize: (at: number, byteLength: number) => number
  /** Gives how many bytes there are, or a code above all lengths. */
  readonly _ZSTD_decompress: (
    into: number,
    room: number,
    from: number,
    byteLength: number,
  ) => number
}

/** Loaded once: loading it again would pull the memory from under those who use it. */
let loading: Promise<WasmZstd> | undefined

/** Rejects on a machine without WebAssembly. */
export function openWasmZstd(): Promise<WasmZstd> {
  loading ??= open()
  return loading
}

async function open(): Promise<WasmZstd> {
  const { init, compress, decompress } = await import('@bokuweb/zstd-wasm')
  await init()
  const inside = await insideOf('@bokuweb/zstd-wasm')
  const ours = inside === undefined ? undefined : new Decompressor(inside)
  return {
    compress: (bytes, level) => compress(bytes, level),
    decompress: (bytes, room) => ours?.decompress(bytes, room) ?? decompress(bytes),
  }
}

/** It is no part of what the package promises, so each piece is looked for. */
async function insideOf(name: string): Promise<Inside | undefined> {
  try {
    const entry = createRequire(import.meta.url).resolve(name)
    const url = pathToFileURL(join(dirname(entry), 'module.js')).href
    const { Module: inside } = (await import(url)) as { readonly Module?: Partial<Inside> }
    const isWhole =
      inside?.HEAPU8 instanceof Uint8Array &&
      inside._malloc !== undefined &&
      inside._free !== undefined &&
      inside._ZSTD_getFrameContentSize !== undefined &&
      inside._ZSTD_decompress !== undefined
    return isWhole ? (inside as Inside) : undefined
  } catch {
    // The package keeps its pieces elsewhere by now: it still does what it promises.
    return undefined
  }
}

class Decompressor {
  readonly #zstd: Inside
  readonly #source: Region
  readonly #target: Region

  constructor(zstd: Inside) {
    this.#zstd = zstd
    this.#source = new Region(zstd)
    this.#target = new Region(zstd)
  }

  /** Nothing where the bytes do not say how many they become, are no whole frame, or memory is out. */
  decompress(bytes: Uint8Array, room: Room): Uint8Array | undefined {
    const zstd = this.#zstd
    const source = this.#source.atLeast(bytes.length)
    if (source === 0) return undefined
    zstd.HEAPU8.set(bytes, source)
    const length = zstd._ZSTD_getFrameContentSize(source, bytes.length)
    if (!(length >= 0)) return undefined
    const target = this.#target.atLeast(length)
    if (target === 0 || zstd._ZSTD_decompress(target, length, source, bytes.length) !== length)
      return undefined
    const into = room(length)
    into.set(zstd.HEAPU8.subarray(target, target + length))
    return into
  }
}

/** A piece of the memory of zstd, which grows to the largest that was asked for. */
class Region {
  readonly #zstd: Inside
  #at = 0
  #byteLength = 0

  constructor(zstd: Inside) {
    this.#zstd = zstd
  }

  /** Where it begins; 0 where there is no more memory. */
  atLeast(byteLength: number): number {
    if (this.#at > 0 && byteLength <= this.#byteLength) return this.#at
    if (this.#at > 0) this.#zstd._free(this.#at)
    this.#byteLength = Math.ceil(byteLength * 1.5) + 1
    this.#at = this.#zstd._malloc(this.#byteLength)
    return this.#at
  }
}
