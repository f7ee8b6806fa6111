/** What the manifest keeps of a segment that is about to be deleted: the facts in force at its end. */
import { rm } from 'node:fs/promises'
import { type Block, entryAt } from '../model/block.ts'
import { RECORDER_VENUE } from '../model/channel.ts'
import type { Codec } from './codec.ts'
import {
  type DeletedRecord,
  type RecordingManifest,
  type SegmentRecord,
  segmentPath,
} from './recording-manifest.ts'
import { SegmentSource } from './segment-source.ts'
import { closeView, makeViewFolder, openSealed } from './segment-view.ts'

interface Deletion {
  readonly recording: string
  readonly codec: Codec
  readonly segment: SegmentRecord
}

/** @throws {RecorderError} `JOURNAL_DAMAGED` */
export async function deletedAfter(
  { deleted }: RecordingManifest,
  { recording, codec, segment: { firstSeq, endSeq } }: Deletion,
): Promise<DeletedRecord> {
  const name = segmentPath(recording, firstSeq)
  const viewFolder = await makeViewFolder()
  try {
    const store = await openSealed(name, viewFolder)
    try {
      const source = new SegmentSource({ firstSeq, endSeq, store, name, codec })
      let inForce = { start: deleted?.start ?? null, settings: deleted?.settings ?? null }
      for await (const { block } of source.blocks(firstSeq, endSeq)) {
        inForce = { ...inForce, ...factsIn(block) }
      }
      return { endSeq, ...inForce }
    } finally {
      await closeView(store)
    }
  } finally {
    await rm(viewFolder, { recursive: true, force: true })
  }
}

const decoder = new TextDecoder()

function factsIn(block: Block): Partial<Pick<DeletedRecord, 'start' | 'settings'>> {
  const facts: { start?: string; settings?: string } = {}
  const isWanted = block.streams.map(
    ({ venue, channel }) =>
      venue === RECORDER_VENUE && (channel === 'start' || channel === 'settings'),
  )
  if (!isWanted.includes(true)) return facts
  for (let index = 0; index < block.count; index += 1) {
    if (isWanted[block.streamIndexes[index] ?? 0] !== true) continue
    const { stream, payload } = entryAt(block, index)
    facts[stream.channel === 'start' ? 'start' : 'settings'] = decoder.decode(payload)
  }
  return facts
}
