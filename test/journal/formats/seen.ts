/** What a recording gives to whoever reads, replays and verifies it now. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { resolveSettings } from '../../../src/pipeline/settings.ts'
import { STATE_VERSION } from '../../../src/replay/digests.ts'
import { openRecording } from '../../../src/replay/recording.ts'
import { replay } from '../../../src/replay/replay.ts'
import type { Expected } from './golden.ts'

export async function seenIn(path: string): Promise<Expected> {
  const recording = await openRecording(path)
  const { reader, symbols, contents } = recording
  try {
    const { digests } = await replay(reader, {
      settings: resolveSettings('standard'),
      symbols,
      fromSeq: reader.firstSeq,
      toSeq: reader.nextSeq,
      startSeq: reader.firstSeq,
      nowUs: () => 0,
    })
    return {
      formatVersion: JSON.parse(await readFile(join(path, 'manifest.json'), 'utf8')).formatVersion,
      entryCount: contents.entryCount,
      firstSeq: reader.firstSeq,
      recordingDigest: await reader.digest(),
      stateVersion: STATE_VERSION,
      stateDigests: digests.map(({ symbol, minute, digest }) => `${symbol}/${minute}/${digest}`),
    }
  } finally {
    await reader.close()
  }
}
