/**
 * Bytes that recordings hold. A difference here means that recordings which exist can no longer be
 * read, or that their digests change: give the format another version, and read both.
 */
import { describe, expect, test } from 'vitest'
import { BlockBuilder } from '../../src/journal/block-builder.ts'
import { decodeBlock, encodeBlock } from '../../src/journal/block-codec.ts'
import { Chain } from '../../src/journal/chain.ts'
import { CODEC_ID, type Codec, openCodec } from '../../src/journal/codec.ts'
import {
  encodeKey,
  factsOf,
  indexRow,
  KEYSPACE,
  linkRow,
  readIndexRow,
  readLinkRow,
} from '../../src/journal/keys.ts'
import { readSignedText, signedText } from '../../src/journal/signed-json.ts'
import { entries } from '../kit/entries.ts'

/** Leaves bytes as they are, so that they do not depend on a release of zstd or zlib. */
const plain: Codec = {
  name: 'deflate',
  id: CODEC_ID.none,
  compress: (bytes) => bytes,
  decompress: (_id, bytes) => bytes,
}

const before = { timeUs: 0, venueTimeMsMaxRunning: Number.NaN }
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
const bytesOf = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'))

/** Entries 3 to 8: two streams of sockets, one fact, one REST reply with headers. */
function block() {
  const builder = new BlockBuilder(3)
  for (const draft of entries(6, 1000, 3)) builder.append(draft)
  return builder.take()
}

const BLOCK_HEX =
  '0100bf17dc73eb0000009bcb43191e62f5f72ee003069493a762696e616e6365a742544355534454' +
  'a5646570746893a762696e616e6365a745544855534454a8616767547261646593a87265636f7264' +
  '6572a0a574696d657293a762696e616e6365a742544355534454ac6f70656e496e746572657374c4' +
  '1522e02ef7f5621e194300d0d0d0d0d0000707070707c4092000d3c5f4621e1943c40f1100000000' +
  '00003440010100010101c40f010000000000000000000102000301c40f0100000000000000000101' +
  '00010001c409000000000000003f40919304ccc89192b4782d6d62782d757365642d776569676874' +
  '2d316da1377b226e223a332c2270223a2236373030302e33222c2271223a22302e33227d7b226e22' +
  '3a342c2270223a2236373030302e34222c2271223a22302e34227d7b226e223a352c2270223a2236' +
  '373030302e35222c2271223a22302e35227d7b226e223a362c2270223a2236373030302e36222c22' +
  '71223a22302e36227d7b226e223a372c2270223a2236373030302e37222c2271223a22302e37227d' +
  '7b226e223a382c2270223a2236373030302e38222c2271223a22302e38227d'
const ZSTD_HEX =
  '01012bd83940d000000028b52ffd20eb3d0600140b9bcb43191e62f5f72ee003069493a762696e61' +
  '6e6365a742544355534454a5646570746845544855534454a8616767547261646593a87265636f72' +
  '646572a0a574696d6572ac6f70656e496e746572657374c41522e02ef7f5621e194300d0d0d0d0d0' +
  '000707070707c4092000d3c5f4621e1943c40f11003440010100010101c40f010001020003010100' +
  '010001c409003f40919304ccc89192b4782d6d62782d757365642d7765696768742d316da1370700' +
  '60383439019406bf50841ce2d47ed46d3e0128b52ffd20baad020054037b226e223a332c2270223a' +
  '2236373030302e33222c2271223a22302e33227d7b226e223a343434353535363636373737383838' +
  '227d0e00a010c00f64060a01fc4066a010c00f64060a01fc4066a010159c7a02'
const DEFLATE_HEX =
  '0102072f288eba0000009b7dda59522ee9eb77bd07cc6c53262f4fcacc4bcc4b4e5dee14e21c1aec' +
  '12b23425b5a0240321ec1ae201125e91989e1e529498923a7945516a727e514a6ad182a52599b9a9' +
  '4508a55013d6e417a4e679e695a416a516971c11557aa0f7fd6b929ca433c3051060600781239c0a' +
  '0c978f7e01091fe11764000313074646064646c623fc8c1001060606462606666401900a06c6239c' +
  '5005f60e1327b39c393171d2960adddca40addd2e2d414ddf2d4ccf48c125dc3dc85e6004dc9bb09' +
  'c0300c05c05d5e6d82c0faa1a142521bef6e0c42a83bb8851731073e04d488e89918f811b8daeb36' +
  'f7e66ace96de522dd9da5bab35db7a5bb5657b6faf76ec03'

describe('format 1', () => {
  test('of a block', () => {
    expect(
      hex(encodeBlock(block(), 1_767_571_200_003_000, plain, { header: 1, payloads: 1 })),
    ).toBe(BLOCK_HEX)
    expect(decodeBlock(bytesOf(BLOCK_HEX), plain)).toEqual({
      keyTimeUs: 1_767_571_200_003_000,
      block: block(),
    })
  })

  test.each([
    ['zstd', ZSTD_HEX],
    ['deflate', DEFLATE_HEX],
  ])('of a block compressed by %s', async (_name, text) => {
    expect(decodeBlock(bytesOf(text), await openCodec())).toEqual({
      keyTimeUs: 1_767_571_200_003_000,
      block: block(),
    })
  })

  test('of keys, index rows and links', () => {
    const facts = factsOf(block(), before)
    expect(hex(encodeKey(KEYSPACE.block, facts))).toBe('6a00064798bd7dcbb80000000000000003')
    const index = indexRow(facts)
    expect([hex(index.key), hex(index.value)]).toEqual([
      '6900064798bd7dcbb80000000000000003',
      'db13e83e0106000000ba000000007df7f5621e194300f07e41b7b8794200407f41b7b8794200407f41b7b87942',
    ])
    expect(readIndexRow(index)).toEqual(facts)
    const link = { seq: 4096, link: new Uint8Array(32).fill(7) }
    const row = linkRow(link)
    expect([hex(row.key), hex(row.value)]).toEqual([
      '6c00000000000000000000000000001000',
      '2d7687d90707070707070707070707070707070707070707070707070707070707070707',
    ])
    expect(readLinkRow(row)).toEqual(link)
  })

  test('of the digest chain', () => {
    const builder = new BlockBuilder(0)
    const chain = new Chain()
    expect(chain.digest()).toBe('66687aadf862bd776c8fc18b8e9f8e20089714856ee233b3902a591d0d5f2925')
    for (const draft of entries(5000, 777)) builder.append(draft)
    chain.add(builder.take())
    expect(chain.takeLinks().map(({ seq, link }) => [seq, hex(link)])).toEqual([
      [4096, '2881c14e2f5c1abfa4e01137f4d714bb5931225d240aa0394ff0e88127a55b28'],
    ])
    expect(chain.digest()).toBe('12095640b53e1d6f30db27eeb9e7e50d8e172e42d9ee9c9d09bb599038bd2762')
  })

  test('of signed JSON', () => {
    const text = signedText({ format: 'x', list: [1, null] })
    expect(text).toMatchInlineSnapshot(`
      "{
        "format": "x",
        "list": [
          1,
          null
        ],
        "sha256": "2e262bf91f4ff8bea2ee9f6b9f9b751ff94564998fa9a97ad73527592c7275c2"
      }
      "
    `)
    expect(readSignedText(text)).toEqual({ format: 'x', list: [1, null] })
    for (let index = 0; index < text.length; index += 1) {
      const flipped = Buffer.from(text)
      flipped[index] = (flipped[index] ?? 0) ^ 1
      expect(readSignedText(flipped.toString('latin1')), `byte ${index}`).toBeUndefined()
    }
  })
})
