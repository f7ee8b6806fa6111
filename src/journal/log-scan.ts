/**
 * Reads a file in LevelDB's log format (`*.log`, `MANIFEST-*`) from raw bytes. LevelDB passes over
 * what fails its checksum without a word; here it is found.
 *
 * The file is blocks of 32 KB; in them records `u32 masked crc32c | u16 length | u8 type | data`,
 * little-endian, that never cross a block. The checksum runs over type and data.
 */
const BLOCK_BYTES = 1 << 15
const HEAD_BYTES = 7
const MASK_DELTA = 0xa282ead8
const CASTAGNOLI = 0x82f63b78

/**
 * Place of the first record that cannot be read though something whole follows it, or though it is
 * there in full; nothing where the file is whole up to a torn end, as a kill leaves it.
 */
export function findBrokenRecord(bytes: Uint8Array): number | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  let at = 0
  while (at + HEAD_BYTES <= bytes.length) {
    const left = BLOCK_BYTES - (at % BLOCK_BYTES)
    if (left < HEAD_BYTES) {
      at += left
      continue
    }
    const length = recordLength(view, at)
    if (length === undefined) return isTornEnd(view, at) ? undefined : at
    at += length
  }
  return undefined
}

/** Bytes of the record at `at`; nothing where there is no whole one. */
function recordLength(view: DataView, at: number): number | undefined {
  const end = at + HEAD_BYTES + view.getUint16(at + 4, true)
  const blockEnd = at - (at % BLOCK_BYTES) + BLOCK_BYTES
  if (end > Math.min(blockEnd, view.byteLength)) return undefined
  const type = view.getUint8(at + 6)
  if (type === 0 || type > 4) return undefined
  const crc = crc32c(new Uint8Array(view.buffer, view.byteOffset + at + 6, end - at - 6))
  const masked = (((crc >>> 15) | (crc << 17)) + MASK_DELTA) >>> 0
  return masked === view.getUint32(at, true) ? end - at : undefined
}

/**
 * Whether a write was cut short at `at`: the file ends in this block, no whole record follows, and
 * the record is not there in full.
 */
function isTornEnd(view: DataView, at: number): boolean {
  const blockEnd = at - (at % BLOCK_BYTES) + BLOCK_BYTES
  if (view.byteLength > blockEnd) return false
  if (at + HEAD_BYTES + view.getUint16(at + 4, true) === view.byteLength) return false
  for (let next = at + 1; next + HEAD_BYTES < view.byteLength; next += 1) {
    if (view.getUint16(next + 4, true) > 0 && recordLength(view, next) !== undefined) return false
  }
  return true
}

const table = new Uint32Array(256).map((_, index) => {
  let crc = index
  for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? CASTAGNOLI : 0)
  return crc
})

function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of bytes) crc = (crc >>> 8) ^ (table[(crc ^ byte) & 0xff] ?? 0)
  return ~crc >>> 0
}
