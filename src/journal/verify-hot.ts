/**
 * Checks the segments that a crash left unsealed. Their end may be torn: what was never acknowledged
 * is not damage.
 */
import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { findBrokenRecord } from './log-scan.ts'
import { hotPath, hotSegments, type RecordingManifest } from './recording-manifest.ts'
import { SegmentSource } from './segment-source.ts'
import { closeView, makeCopyFolder, openHotCopy } from './segment-view.ts'
import type { Verification } from './verify.ts'
import { reportDamage, verifyBlocks } from './verify-segment.ts'

const LOG_FORMAT = /^(\d+\.log|MANIFEST-\d+)$/

export async function verifyHots(
  verification: Verification,
  manifest: RecordingManifest,
): Promise<void> {
  const { recording } = verification
  const firstSeqs = await hotSegments(recording, manifest)
  const viewFolder = await makeCopyFolder()
  try {
    for (const [index, firstSeq] of firstSeqs.entries()) {
      const nextFirstSeq = firstSeqs[index + 1]
      await verifyHot(verification, firstSeq, nextFirstSeq, viewFolder)
    }
  } finally {
    await rm(viewFolder, { recursive: true, force: true })
  }
}

async function verifyHot(
  verification: Verification,
  firstSeq: number,
  nextFirstSeq: number | undefined,
  viewFolder: string,
): Promise<void> {
  const { recording, chain, codec, report } = verification
  const path = hotPath(recording, firstSeq)
  if (!verification.isBroken && firstSeq !== chain.nextSeq) {
    const problem = 'entries are missing before it'
    report({ kind: 'damage', path, fromSeq: chain.nextSeq, toSeq: firstSeq, problem })
    verification.isBroken = true
  }
  await checkLogs(verification, path, firstSeq)
  try {
    const { store } = await openHotCopy(path, viewFolder)
    try {
      const last = await store.lastFacts()
      const endSeq = nextFirstSeq ?? (last === undefined ? firstSeq : last.seq + last.count)
      await verifyBlocks(
        verification,
        new SegmentSource({ firstSeq, endSeq, store, name: path, codec }),
      )
    } finally {
      await closeView(store)
    }
  } catch (error) {
    reportDamage(verification, path, { firstSeq, endSeq: nextFirstSeq ?? firstSeq }, error)
  }
}

async function checkLogs(
  { report }: Verification,
  folder: string,
  firstSeq: number,
): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!LOG_FORMAT.test(name)) continue
    const path = join(folder, name)
    const at = findBrokenRecord(await readFile(path))
    if (at === undefined) continue
    const problem = `the record at byte ${at} fails its checksum; entries from it on may be lost`
    report({ kind: 'damage', path, fromSeq: firstSeq, toSeq: firstSeq, problem })
  }
}
