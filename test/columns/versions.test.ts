// Goal: who changes a decoder or the bytes of columns raises a version, so that no old file is believed.
// Method: the bytes of one block of all sample payloads, by their hash.
import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { ColumnBlockWriter } from '../../src/columns/column-block.ts'
import { DECODER_VERSION } from '../../src/columns/column-cache.ts'
import { COLUMN_FORMAT } from '../../src/columns/column-file.ts'
import { SAMPLES } from '../decode/sample-payloads.ts'
import { blockOf } from './message-kit.ts'

test('the same payloads give the same columns, or another version', () => {
  const payloads = Object.entries(SAMPLES).map(([channel, text]) => ({
    channel,
    bytes: Buffer.from(text),
  }))
  const body = new ColumnBlockWriter().encode(blockOf(payloads, 7))
  const hash = createHash('sha256').update(body).digest('hex').slice(0, 16)
  expect({ COLUMN_FORMAT, DECODER_VERSION, hash }).toMatchInlineSnapshot(`
    {
      "COLUMN_FORMAT": 2,
      "DECODER_VERSION": 1,
      "hash": "4b471790d5adc611",
    }
  `)
})
