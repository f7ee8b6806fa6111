// Goal: real recordings give the same digests from columns as from the journal.
// Method: the shared capture and the golden day, recorded, replayed both ways under both profiles.

import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { headOf, venueTimeOf } from '../../src/decode/venue-time.ts'
import { importFile } from '../../src/interchange/import.ts'
import { LevelJournal } from '../../src/journal/level-journal.ts'
import { isDecoded } from '../../src/pipeline/decoded-block.ts'
import { resolveSettings } from '../../src/pipeline/settings.ts'
import { ColumnSource } from '../../src/replay/block-source.ts'
import { openRecording } from '../../src/replay/recording.ts'
import { replay } from '../../src/replay/replay.ts'
import { sharedIsHere } from '../decode/shared-payloads.ts'
import { stillTime, temporaryFolder } from '../kit/journals.ts'

const TIMEOUT_MS = 240_000

describe.skipIf(!sharedIsHere)('from columns (needs ../shared)', () => {
  test.each(['data/ethusdt_20240808.hftbacktest.gz', 'golden/seed1-90m/input.ndjson.gz'])(
    '%s ends in the same digests',
    { timeout: TIMEOUT_MS },
    async (name) => {
      await using folder = await temporaryFolder()
      const path = join(folder.path, 'imported')
      const journal = await LevelJournal.create(path, stillTime)
      const file = fileURLToPath(new URL(`../../../shared/${name}`, import.meta.url))
      await importFile(file, journal, { skipBad: false, headOf, venueTimeOf })
      await journal.close()
      const recording = await openRecording(path, { oneThread: true })
      const { nextSeq } = recording.reader
      const onRemark = (text: string): never => expect.fail(text)
      const columns = new ColumnSource(recording, { onRemark, buildBytesMin: 0 })
      const digestsOf = async (profile: 'standard' | 'reference', from?: ColumnSource) => {
        const { digests } = await replay(recording.reader, {
          settings: resolveSettings(profile),
          symbols: recording.symbols,
          fromSeq: 0,
          toSeq: nextSeq,
          startSeq: 0,
          nowUs: () => 0,
          columns: from,
        })
        return digests
      }
      const raw = await digestsOf('standard')
      expect(await digestsOf('standard', columns)).toEqual(raw)
      await columns.finish()
      let decodedCount = 0
      for await (const block of columns.blocks({ fromSeq: 0, toSeq: nextSeq })) {
        if (isDecoded(block)) decodedCount += block.count
      }
      expect(decodedCount).toBe(nextSeq)
      expect(await digestsOf('standard', columns)).toEqual(raw)
      expect(await digestsOf('reference', columns)).toEqual(await digestsOf('reference'))
      expect(raw.length).toBeGreaterThan(4)
      await columns.close()
      await recording.reader.close()
    },
  )
})
