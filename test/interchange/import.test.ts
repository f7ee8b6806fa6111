import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { importFile } from '../../src/interchange/import.ts'
import type { EntryDraft } from '../../src/model/block.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'import-'))
})
afterAll(() => rm(folder, { recursive: true }))

const options = {
  skipBad: false,
  headOf: () => ({ channel: 'depth', symbol: 'ETHUSDT' }),
  venueTimeOf: () => 5,
}

async function take(content: string | Uint8Array, more: object = {}) {
  const path = join(folder, 'input')
  await writeFile(path, content)
  const drafts: EntryDraft[] = []
  const writer = { append: (draft: EntryDraft) => drafts.push(draft), flush: async () => {} }
  return { result: await importFile(path, writer, { ...options, ...more }), drafts }
}

const line = (recv: number) =>
  `${JSON.stringify({ recv, ex: 'binance', sym: 'BTCUSDT', ch: 'depth', raw: '{}' })}\n`

describe('import', () => {
  test('tells NDJSON from its content, plain and gzipped', async () => {
    const { result, drafts } = await take(gzipSync(line(1) + line(2)))
    expect(result).toMatchObject({ format: 'ndjson', entryCount: 2 })
    expect(drafts.map((draft) => draft.recvTimeUs)).toEqual([1000, 2000])
  })

  test('tells the HftBacktest collector’s format, and gives its snapshots the file’s symbol', async () => {
    const { result, drafts } = await take(
      '1723161255088156767 {"stream":"ethusdt@depth@0ms","data":{}}\n1723161255378345766 {"lastUpdateId":1}\n',
    )
    expect(result.format).toBe('hftbacktest')
    expect(drafts.map(({ stream }) => `${stream.symbol} ${stream.channel}`)).toEqual([
      'ETHUSDT depth',
      'ETHUSDT depthSnapshot',
    ])
    expect(drafts[0]?.recvTimeUs).toBe(1_723_161_255_088_156)
  })

  test('names a malformed line by its number', async () => {
    await expect(take(`${line(1)}nonsense\n${line(2)}`)).rejects.toMatchObject({
      code: 'INPUT_MALFORMED',
      details: { line: 2 },
    })
  })

  test('leaves malformed lines out and counts them when asked to', async () => {
    const { result } = await take(`${line(1)}nonsense\n${line(2)}`, { skipBad: true })
    expect(result).toMatchObject({ entryCount: 2, badLineCount: 1 })
    expect(result.firstBadLine).toContain('line 2')
  })

  test('refuses a gzip that ends early', async () => {
    const whole = gzipSync(Array.from({ length: 2000 }, (_, index) => line(index + 1)).join(''))
    await expect(take(whole.subarray(0, whole.length - 40))).rejects.toMatchObject({
      code: 'INPUT_MALFORMED',
    })
  })

  test('refuses what no format begins like, and what is not there', async () => {
    await expect(take('hello\n')).rejects.toMatchObject({ code: 'INPUT_MALFORMED' })
    const missing = importFile(
      join(folder, 'missing'),
      { append: () => 0, flush: async () => {} },
      options,
    )
    await expect(missing).rejects.toMatchObject({ code: 'FILE_UNREADABLE' })
  })
})
