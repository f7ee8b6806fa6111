// What gives way when the disk is slow or full: engines first, then sockets; and nothing is lost.
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { RecorderError } from '../../src/base/errors.ts'
import { EngineGate } from '../../src/capture/engine-gate.ts'
import { Pressure } from '../../src/capture/pressure.ts'
import { openStorage, type StoragePort } from '../../src/capture/storage.ts'
import { BlockBuilder } from '../../src/journal/block-builder.ts'
import { MemoryJournal } from '../../src/journal/memory-journal.ts'
import { type Block, type EntryDraft, entryAt } from '../../src/model/block.ts'
import { lent } from '../kit/lent.ts'
import { captureSettings, Rig } from './rig.ts'

describe('pressure', () => {
  function watched() {
    const events: string[] = []
    const pressure = new Pressure({
      engineBacklogBytes: 100,
      pendingBytesMax: 1_000,
      onEngines: (isPaused) => events.push(isPaused ? 'engines stop' : 'engines go'),
      onSockets: (isPaused) => events.push(isPaused ? 'sockets stop' : 'sockets go'),
    })
    return { events, pressure }
  }

  test('stops the engines before the sockets, and lets them go after those', () => {
    const { events, pressure } = watched()
    for (const bytes of [50, 101, 500, 1_001, 2_000, 500, 51, 50]) pressure.update(bytes)
    expect(events).toEqual(['engines stop', 'sockets stop', 'sockets go', 'engines go'])
  })

  test('of a disk that is almost full stops the engines alone, until there is room', () => {
    const { events, pressure } = watched()
    pressure.setDiskLow(true)
    pressure.update(0)
    pressure.update(10)
    pressure.setDiskLow(false)
    expect(events).toEqual(['engines stop', 'engines go'])
  })

  test('never lets engines go on that the backlog still stops', () => {
    const { events, pressure } = watched()
    pressure.setDiskLow(true)
    pressure.update(80)
    pressure.setDiskLow(false)
    expect(events).toEqual(['engines stop'])
    pressure.update(10)
    expect(events).toEqual(['engines stop', 'engines go'])
  })
})

/** A disk of which a test says how full it is. */
class FakeDisk implements StoragePort {
  free = 2 ** 40
  readonly events: string[] = []
  readonly freeBytes = (): Promise<number> => Promise.resolve(this.free)
  readonly holdReserve = (): Promise<boolean> => {
    this.events.push('hold')
    return Promise.resolve(true)
  }
  readonly releaseReserve = (): Promise<void> => {
    this.events.push('release')
    return Promise.resolve()
  }
}

describe('a disk that fills', () => {
  test('is an alarm and stops the engines, and capture goes on', async () => {
    const disk = new FakeDisk()
    const calls: boolean[] = []
    const rig = new Rig({ storage: disk, onEngines: (isPaused) => calls.push(isPaused) })
    await rig.world.pass(5_000)
    expect(rig.capture.health().storage).toMatchObject({ freeBytes: 2 ** 40, reserveHeld: true })
    disk.free = 1_000
    await rig.world.pass(11_000)
    expect(rig.alarms).toEqual(['disk critical free space'])
    expect(calls).toEqual([true])
    const before = (await rig.ofChannel('aggTrade')).length
    await rig.world.pass(5_000)
    expect((await rig.ofChannel('aggTrade')).length).toBe(before + 100)
    disk.free = 2 ** 40
    await rig.world.pass(11_000)
    expect(rig.alarms).toEqual([])
    expect(calls).toEqual([true, false])
    expect((await rig.facts('timer')).map(({ event }) => event)).toEqual([
      'enginesPaused',
      'enginesResumed',
    ])
  })

  test('until nothing can be written gives its reserve up, and says what is durable', async () => {
    const disk = new FakeDisk()
    const journal = new FullJournal()
    const rig = new Rig({ storage: disk, writer: journal })
    await rig.world.pass(3_000)
    journal.isFull = true
    let error: RecorderError | undefined
    void rig.capture.failed.then((why) => {
      error = why
    })
    await rig.world.pass(2_000)
    expect(error?.code).toBe('JOURNAL_WRITE_FAILED')
    expect(error?.kind.exitCode).toBe(2)
    expect(error?.message).toContain('everything to entry')
    expect(disk.events).toEqual(['hold', 'release'])
    expect(rig.capture.health().state).toBe('stopped')
    expect(rig.capture.health().storage.durableSeq).toBe(journal.durableSeq)
  })
})

test('a journal that seals no more is an alarm, and is shown', async () => {
  let failure: RecorderError | undefined
  const rig = new Rig({ sealFailure: () => failure })
  await rig.world.pass(2_000)
  failure = new RecorderError('JOURNAL_WRITE_FAILED', 'the segment from 5 was not sealed: EIO')
  await rig.world.pass(1_000)
  expect(rig.alarms).toEqual(['seal critical segments'])
  expect(rig.capture.health().storage.sealFailure).toBe(failure.message)
  expect((await rig.facts('alarm'))[0]?.reason).toBe(failure.message)
})

class LendingJournal extends MemoryJournal {
  override onDurable(listener: (block: Block) => void): void {
    super.onDurable(lent(listener))
  }
}

describe('engines behind a gate', () => {
  const draft = (index: number): EntryDraft => ({
    stream: { venue: 'x', symbol: 'X', channel: index % 3 === 0 ? 'depth' : 'aggTrade' },
    recvTimeUs: index,
    monoTimeUs: index,
    venueTimeMs: Number.NaN,
    connectionId: 1,
    payload: new TextEncoder().encode(`entry ${index}`),
    http: index % 7 === 0 ? { status: 200, headers: { n: String(index) } } : undefined,
  })

  function gated(backlogBytesMax: number) {
    const journal = new LendingJournal()
    const seen: { readonly seq: number; readonly text: string; readonly http: string }[] = []
    let reads = 0
    const gate = new EngineGate({
      writer: journal,
      read: (_, toSeq) => {
        reads += 1
        return inOneBlock(journal, toSeq)
      },
      backlogBytesMax,
      setTimer: (_, task) => {
        queueMicrotask(task)
        return () => {}
      },
      onFailure: (error) => {
        throw error
      },
    })
    gate.onDurable((block: Block) => {
      for (let index = 0; index < block.count; index += 1) {
        const { seq, payload, http } = entryAt(block, index)
        seen.push({ seq, text: new TextDecoder().decode(payload), http: http?.headers['n'] ?? '' })
      }
    })
    return { journal, gate, seen, readCount: () => reads }
  }

  /** As after sealing: blocks end elsewhere than those that were written. */
  async function* inOneBlock(journal: MemoryJournal, toSeq: number): AsyncGenerator<Block> {
    const builder = new BlockBuilder(0)
    for await (const block of journal.blocks({ toSeq })) {
      for (let index = 0; index < block.count; index += 1) builder.appendFrom(block, index)
    }
    yield builder.take()
  }

  let appendedTo: EngineGate | undefined
  let appendedCount = 0
  async function act(gate: EngineGate, action: string): Promise<void> {
    if (appendedTo !== gate) appendedCount = 0
    appendedTo = gate
    if (action === 'append') {
      gate.append(draft(appendedCount))
      appendedCount += 1
    }
    if (action === 'flush') await gate.flush()
    if (action === 'pause' || action === 'resume') gate.setPaused(action === 'pause')
    if (action === 'turn') await Promise.resolve()
  }

  async function settle(gate: EngineGate): Promise<void> {
    for (let turn = 0; turn < 5_000 && gate.waitingCount > 0; turn += 1) await Promise.resolve()
  }

  // Goal: engines see each entry once and in order, whenever they are paused. Method: random pauses,
  // commits and turns, with a backlog that holds much, little or nothing.
  test('see every entry once and in order, however they are paused', async () => {
    const action = fc.constantFrom('append', 'append', 'flush', 'pause', 'resume', 'turn')
    await fc.assert(
      fc.asyncProperty(
        fc.array(action, { maxLength: 120 }),
        fc.constantFrom(0, 40, 10_000),
        async (actions, backlogBytesMax) => {
          const { journal, gate, seen } = gated(backlogBytesMax)
          for (const action of actions) await act(gate, action)
          await gate.flush()
          gate.setPaused(false)
          await settle(gate)
          const count = actions.filter((action) => action === 'append').length
          const expected = Array.from({ length: count }, (_, seq) => ({
            seq,
            text: `entry ${seq}`,
            http: seq % 7 === 0 ? String(seq) : '',
          }))
          expect(seen).toEqual(expected)
          expect(journal.durableSeq).toBe(count)
        },
      ),
      { numRuns: 200 },
    )
  })

  test('do not see what fits after what did not', async () => {
    const { gate, seen } = gated(40)
    gate.setPaused(true)
    for (const [index, isLast] of [true, false, false, false, false, true, true].entries()) {
      gate.append(draft(index))
      // Blocks of 1, 5 and 1 entries: the second is more than the backlog holds.
      if (isLast) await gate.flush()
    }
    gate.setPaused(false)
    await settle(gate)
    expect(seen.map(({ seq }) => seq)).toEqual([0, 1, 2, 3, 4, 5, 6])
  })

  test('keep no more than their backlog in memory, and read the rest', async () => {
    const { gate, seen, readCount } = gated(200)
    gate.setPaused(true)
    for (let index = 0; index < 500; index += 1) {
      gate.append(draft(index))
      await gate.flush()
    }
    expect(seen).toEqual([])
    expect(gate.waitingCount).toBe(500)
    gate.setPaused(false)
    await settle(gate)
    expect(seen.length).toBe(500)
    expect(readCount()).toBe(1)
  })

  test('that cannot read what they missed say so once, and hold nobody up', async () => {
    const journal = new MemoryJournal()
    const failures: string[] = []
    const gate = new EngineGate({
      writer: journal,
      read: () => nothing(),
      backlogBytesMax: 0,
      setTimer: (_, task) => {
        queueMicrotask(task)
        return () => {}
      },
      onFailure: (error) => failures.push(String(error)),
    })
    gate.setPaused(true)
    for (let index = 0; index < 3; index += 1) journal.append(draft(index))
    await journal.flush()
    gate.setPaused(false)
    await new Promise((resolve) => setImmediate(resolve))
    gate.setPaused(false)
    await new Promise((resolve) => setImmediate(resolve))
    expect(failures).toEqual(['Error: nothing is readable from entry 0 on'])
  })

  async function* nothing(): AsyncGenerator<Block> {}
})

describe('the reserve', () => {
  test('lies beside the recording, has its size, and can be given up and made again', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'moonreplay-reserve-'))
    try {
      const path = join(folder, '.reserve-live')
      const storage = openStorage(path)
      expect(await storage.freeBytes()).toBeGreaterThan(0)
      expect(await storage.holdReserve(3_000_000)).toBe(true)
      const { size, blocks } = await stat(path)
      expect(size).toBe(3_000_000)
      // It really takes the room: there is no hole in it.
      expect(blocks * 512).toBeGreaterThanOrEqual(3_000_000)
      await storage.releaseReserve()
      await storage.releaseReserve()
      expect(await readdir(folder)).toEqual([])
      expect(await storage.holdReserve(0)).toBe(false)
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })
})

class FullJournal extends MemoryJournal {
  isFull: boolean = false

  override flush(): Promise<void> {
    if (!this.isFull) return super.flush()
    const last = this.durableSeq - 1
    const message = `a commit failed (ENOSPC); everything to entry ${last} is durable`
    return Promise.reject(new RecorderError('JOURNAL_WRITE_FAILED', message))
  }
}

test('settings of storage have bounds that hold together', () => {
  const { engineBacklogBytes, pendingBytesMax, reserveBytes } = captureSettings()
  expect(engineBacklogBytes).toBeLessThanOrEqual(pendingBytesMax / 4)
  expect(reserveBytes).toBeGreaterThanOrEqual(pendingBytesMax)
})
