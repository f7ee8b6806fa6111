// Checkpoints on the way: one at a time, however slow the disk is.
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { BlockBuilder } from '../../src/journal/block-builder.ts'
import { Pipeline } from '../../src/pipeline/pipeline.ts'
import { resolveSettings } from '../../src/pipeline/settings.ts'
import { CheckpointKeeper } from '../../src/replay/checkpoint-keeper.ts'
import { CheckpointStore } from '../../src/replay/checkpoint-store.ts'
import { entries } from '../kit/entries.ts'
import { temporaryFolder } from '../kit/journals.ts'

const MUCH = 2 ** 40

test('while one checkpoint is written no other begins, and the next is due by itself', async () => {
  await using folder = await temporaryFolder()
  const path = join(folder.path, 'checkpoints')
  const keeper = await CheckpointKeeper.open(new CheckpointStore(path, 'key'))
  const pipeline = new Pipeline({
    settings: resolveSettings('standard'),
    symbols: [],
    listener: {},
  })
  const builder = new BlockBuilder(0)
  for (const draft of entries(10)) builder.append(draft)
  pipeline.consume(builder.take())
  const writing = keeper.afterBlock(pipeline, MUCH)
  expect(writing).toBeInstanceOf(Promise)
  for (let block = 0; block < 100; block += 1) {
    expect(keeper.afterBlock(pipeline, MUCH)).toBeUndefined()
  }
  await writing
  const filesOf = async () => (await readdir(path, { recursive: true })).filter(isCheckpoint)
  expect((await filesOf()).length).toBe(1)
  await keeper.afterBlock(pipeline, 0)
  expect(keeper.afterBlock(pipeline, 0)).toBeUndefined()
})

const isCheckpoint = (name: string): boolean => !name.endsWith('.part') && /\d{16}/.test(name)
