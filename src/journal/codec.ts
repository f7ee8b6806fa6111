/**
 * Compression of blocks. zstd comes from Node where it has it, else from WebAssembly: both write
 * and read the same frames, so a journal does not depend on who wrote it. deflate is what remains
 * where neither loads; each block names what it was written with.
 */
import * as zlib from 'node:zlib'
import { RecorderError } from '../base/errors.ts'
import { newRoom, type Room } from './room.ts'
import { openWasmZstd } from './zstd-wasm.ts'

/** What compressed a block, as the byte that stands before it. Never renumbered. */
export const CODEC_ID = { none: 0, zstd: 1, deflate: 2 } as const

/** Which implementations may be used; the first that loads is. */
export type CodecName = 'zstd-node' | 'zstd-wasm' | 'deflate'
const PREFERRED: readonly CodecName[] = ['zstd-node', 'zstd-wasm', 'deflate']

export interface Codec {
  readonly name: CodecName
  /** The byte that names what {@link compress} writes. */
  readonly id: number
  /** `level`: 1 is fast; 19 is the most. */
  compress(bytes: Uint8Array, level: number): Uint8Array
  /**
   * The bytes must have passed their checksum. `room`: asked for the memory of the result, where
   * the codec can write into memory that it is given; else, and by default, that is new.
   * @throws {RecorderError} `FORMAT_UNKNOWN` for a codec that is not there.
   */
  decompress(id: number, bytes: Uint8Array, room?: Room): Uint8Array
}

/** Loads the best codec of `names` that this machine has. */
export async function openCodec(names: readonly CodecName[] = PREFERRED): Promise<Codec> {
  const zstd =
    (names.includes('zstd-node') ? nodeZstd() : undefined) ??
    (names.includes('zstd-wasm') ? await wasmZstd() : undefined)
  const decompress = (id: number, bytes: Uint8Array, room: Room = newRoom): Uint8Array => {
    if (id === CODEC_ID.none) return bytes
    if (id === CODEC_ID.deflate) return asBytes(zlib.inflateRawSync(bytes))
    if (id === CODEC_ID.zstd && zstd !== undefined) return zstd.decompress(bytes, room)
    throw new RecorderError('FORMAT_UNKNOWN', `a block was compressed with codec ${id}`)
  }
  if (zstd === undefined) {
    return { name: 'deflate', id: CODEC_ID.deflate, compress: deflate, decompress }
  }
  return { name: zstd.name, id: CODEC_ID.zstd, compress: zstd.compress, decompress }
}

interface Zstd {
  readonly name: CodecName
  readonly compress: (bytes: Uint8Array, level: number) => Uint8Array
  readonly decompress: (bytes: Uint8Array, room: Room) => Uint8Array
}

const deflate = (bytes: Uint8Array, level: number): Uint8Array =>
  zlib.deflateRawSync(bytes, { level: Math.min(level, 9) })

/** Without the ways of a `Buffer`, whose `slice` shares its bytes. */
const asBytes = ({ buffer, byteOffset, length }: Uint8Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, length)

/** What Node has from 22.15 on, and the types of the oldest supported release do not know. */
interface ZlibWithZstd {
  readonly zstdCompressSync?: (
    bytes: Uint8Array,
    options: { readonly params: Readonly<Record<number, number>> },
  ) => Uint8Array
  readonly zstdDecompressSync?: (bytes: Uint8Array) => Uint8Array
}

const ZSTD_C_COMPRESSION_LEVEL = 100

function nodeZstd(): Zstd | undefined {
  const { zstdCompressSync, zstdDecompressSync } = zlib as ZlibWithZstd
  if (zstdCompressSync === undefined || zstdDecompressSync === undefined) return undefined
  return {
    name: 'zstd-node',
    compress: (bytes, level) =>
      zstdCompressSync(bytes, { params: { [ZSTD_C_COMPRESSION_LEVEL]: level } }),
    decompress: (bytes) => asBytes(zstdDecompressSync(bytes)),
  }
}

async function wasmZstd(): Promise<Zstd | undefined> {
  try {
    return { name: 'zstd-wasm', ...(await openWasmZstd()) }
  } catch (error) {
    // A machine without WebAssembly: deflate takes its place, and the name of the codec says so.
    if (error instanceof Error) return undefined
    throw error
  }
}
