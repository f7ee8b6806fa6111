/** Retention over a journal on disk: a segment is verified by itself before it goes. */
import { Chain } from '../journal/chain.ts'
import { openCodec } from '../journal/codec.ts'
import type { SegmentRecord } from '../journal/recording-manifest.ts'
import type { Finding } from '../journal/verify.ts'
import { verifySegment } from '../journal/verify-segment.ts'
import type { RetentionPort } from './retention.ts'

/** What a journal must be able to do while it is written. */
export interface PrunableJournal {
  /** Sealed segments as the manifest names them, in order. */
  readonly sealedSegments: readonly SegmentRecord[]
  /** Takes the oldest sealed segment out of the manifest, then deletes it. */
  readonly removeOldest: (firstSeq: number) => Promise<void>
}

export function journalRetention(recording: string, journal: PrunableJournal): RetentionPort {
  const recordOf = (firstSeq: number): SegmentRecord | undefined =>
    journal.sealedSegments.find((segment) => segment.firstSeq === firstSeq)
  return {
    segments: () => Promise.resolve(journal.sealedSegments),
    verify: async ({ firstSeq }) => {
      const record = recordOf(firstSeq)
      return record === undefined
        ? 'the manifest does not name it'
        : await problemOf(recording, record)
    },
    remove: ({ firstSeq }) => journal.removeOldest(firstSeq),
  }
}

/** What is wrong with one sealed segment; empty where nothing is. */
async function problemOf(recording: string, record: SegmentRecord): Promise<string> {
  const findings: Finding[] = []
  await verifySegment(
    {
      recording,
      codec: await openCodec(),
      chain: new Chain(),
      startSeq: record.firstSeq,
      chainStartSeq: 0,
      // The digest chain goes through the whole recording; of one segment all else is checked.
      isBroken: true,
      entryCount: 0,
      report: (finding) => findings.push(finding),
      onProgress: () => {},
    },
    record,
  )
  const damage = findings.find(({ kind }) => kind === 'damage')
  return damage === undefined ? '' : `${damage.path}: ${damage.problem}`
}
