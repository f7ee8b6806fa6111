import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import type { JournalWriter, SeekingReader } from '../../src/journal/journal.ts'
import { LevelJournal } from '../../src/journal/level-journal.ts'
import { openReader } from '../../src/journal/level-reader.ts'
import { MemoryJournal } from '../../src/journal/memory-journal.ts'
import { entries, entry, START_US } from '../kit/entries.ts'
import { appendAll, asRead, readAll, stillTime, temporaryFolder } from '../kit/journals.ts'

// Real files, flushed: on a busy machine a disk may take its time.
vi.setConfig({ testTimeout: 60_000 })

interface Subject extends AsyncDisposable {
  readonly writer: JournalWriter
  /** A reader of what is durable now. */
  read(): Promise<SeekingReader>
}

const subjects: Readonly<Record<string, () => Promise<Subject>>> = {
  MemoryJournal: () => {
    const journal = new MemoryJournal()
    return Promise.resolve({
      writer: journal,
      read: () => Promise.resolve(journal),
      [Symbol.asyncDispose]: () => journal.close(),
    })
  },
  LevelJournal: async () => {
    const folder = await temporaryFolder()
    const path = join(folder.path, 'recording')
    const writer = await LevelJournal.create(path, stillTime)
    const readers: SeekingReader[] = []
    return {
      writer,
      read: async () => {
        const reader = await openReader(path)
        readers.push(reader)
        return reader
      },
      [Symbol.asyncDispose]: async () => {
        for (const reader of readers) await reader.close()
        await writer.close()
        await folder[Symbol.asyncDispose]()
      },
    }
  },
}

describe.each(Object.entries(subjects))('%s', (_name, open) => {
  test('gives back every field of every entry, in the order of appending', async () => {
    await using subject = await open()
    const drafts = entries(500)
    await appendAll(subject.writer, drafts)
    const reader = await subject.read()
    expect(await readAll(reader)).toEqual(asRead(drafts))
    expect(reader.nextSeq).toBe(500)
  })

  test('numbers entries from 0 without holes, and says which are durable', async () => {
    await using subject = await open()
    const { writer } = subject
    expect([entry(), entry(), entry()].map((draft) => writer.append(draft))).toEqual([0, 1, 2])
    expect(writer.durableSeq).toBe(0)
    await writer.flush()
    expect(writer.durableSeq).toBe(3)
  })

  test('takes a copy of the payload', async () => {
    await using subject = await open()
    const payload = Uint8Array.of(1, 2, 3)
    subject.writer.append(entry({ payload }))
    payload.fill(9)
    await subject.writer.flush()
    const [found] = await readAll(await subject.read())
    expect(found?.text).toBe('\x01\x02\x03')
  })

  test('tells listeners of each entry once, when it is durable, in order', async () => {
    await using subject = await open()
    const seqs: number[] = []
    subject.writer.onDurable((block) => {
      expect(subject.writer.durableSeq).toBeGreaterThanOrEqual(block.firstSeq + block.count)
      for (let index = 0; index < block.count; index += 1) seqs.push(block.firstSeq + index)
    })
    await appendAll(subject.writer, entries(200), 30)
    expect(seqs).toEqual(Array.from({ length: 200 }, (_, seq) => seq))
  })

  test('resolves flushes in the order of the calls', async () => {
    await using subject = await open()
    const order: number[] = []
    const flushes = [0, 1, 2].map((number) => {
      subject.writer.append(entry())
      return subject.writer.flush().then(() => order.push(number))
    })
    await Promise.all(flushes)
    expect(order).toEqual([0, 1, 2])
  })

  test('reads a range from within one block to within another', async () => {
    await using subject = await open()
    await appendAll(subject.writer, entries(300), 50)
    const found = await readAll(await subject.read(), { fromSeq: 120, toSeq: 160 })
    const seqs = found.map(({ seq }) => seq)
    expect(seqs).toEqual(Array.from({ length: 100 }, (_, index) => 100 + index))
  })

  test('reads nothing from an empty journal, and nothing past its end', async () => {
    await using subject = await open()
    expect(await readAll(await subject.read())).toEqual([])
    await appendAll(subject.writer, entries(10))
    expect(await readAll(await subject.read(), { fromSeq: 10 })).toEqual([])
  })

  test('keeps an empty payload, and one larger than a block', async () => {
    await using subject = await open()
    const drafts = [entry({ text: '' }), entry({ text: 'x'.repeat(700_000) }), entry()]
    await appendAll(subject.writer, drafts, 1)
    expect(await readAll(await subject.read())).toEqual(asRead(drafts))
  })

  test('seeks by exchange time of socket entries, however late some of them are', async () => {
    await using subject = await open()
    // The second block is older than the first: its running maximum is that of the first.
    const times = [10, 50, 20, 30, 55, 60]
    const drafts = times.map((timeMs) => entry({ venueTimeMs: timeMs }))
    await appendAll(subject.writer, drafts, 2)
    const reader = await subject.read()
    expect(await reader.seekVenueTime(0)).toBe(0)
    expect(await reader.seekVenueTime(35)).toBe(0)
    expect(await reader.seekVenueTime(50)).toBe(0)
    expect(await reader.seekVenueTime(51)).toBe(4)
    expect(await reader.seekVenueTime(61)).toBe(6)
  })

  test('follows what becomes durable until it ends', async () => {
    await using subject = await open()
    await appendAll(subject.writer, entries(100), 50)
    const reader = await subject.read()
    const following = readAll(reader, { fromSeq: 50, follow: true, toSeq: 150 })
    await appendAll(subject.writer, entries(50, 1000, 100), 10)
    expect((await following).map(({ seq }) => seq)).toEqual(
      Array.from({ length: 100 }, (_, index) => 50 + index),
    )
  })

  test('has a digest that only the entries decide, not how they were committed', async () => {
    await using first = await open()
    await using second = await open()
    const drafts = entries(9000, 100)
    await appendAll(first.writer, drafts, 1000)
    await appendAll(second.writer, drafts, 700)
    const [one, two] = [await first.read(), await second.read()]
    expect(await one.digest()).toBe(await two.digest())
    expect(await one.digest(5000)).toBe(await two.digest(5000))
    expect(await one.digest(5000)).not.toBe(await two.digest(5001))
    const memory = new MemoryJournal()
    await appendAll(memory, drafts, 333)
    expect(await one.digest()).toBe(await memory.digest())
  })

  test.each([
    ['the payload', { text: 'x' }],
    ['the receive time', { recvTimeUs: START_US + 1 }],
    ['the monotonic time', { monoTimeUs: 1 }],
    ['the exchange time', { venueTimeMs: 1 }],
    ['the connection', { connectionId: 2 }],
    ['the channel', { stream: { venue: 'binance', symbol: 'BTCUSDT', channel: 'trade' } }],
    ['what HTTP said', { http: { status: 429, headers: {} } }],
  ])('has another digest when %s differs', async (_what, change) => {
    await using one = await open()
    await using two = await open()
    await appendAll(one.writer, [entry()])
    await appendAll(two.writer, [entry(change)])
    expect(await (await one.read()).digest()).not.toBe(await (await two.read()).digest())
  })
})
