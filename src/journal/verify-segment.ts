/** Checks one sealed segment: its files, then what is in them. */
import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { RecorderError } from '../base/errors.ts'
import type { Chain } from './chain.ts'
import { type BlockFacts, factsOf } from './keys.ts'
import { type SegmentRecord, segmentPath } from './recording-manifest.ts'
import { hashFile } from './seal.ts'
import { readSegmentMeta, SEGMENT_FILE, type SegmentMeta } from './segment-meta.ts'
import { SegmentSource } from './segment-source.ts'
import { closeView, makeViewFolder, openSealed } from './segment-view.ts'
import type { Verification } from './verify.ts'

export async function verifySegment(
  verification: Verification,
  record: SegmentRecord,
): Promise<void> {
  const { recording, chain, report } = verification
  const folder = segmentPath(recording, record.firstSeq)
  const range = { fromSeq: record.firstSeq, toSeq: record.endSeq }
  const isStart = record.firstSeq === verification.startSeq
  const isBeforeChain = record.endSeq <= verification.chainStartSeq
  const isWanted = record.firstSeq === chain.nextSeq || isStart || isBeforeChain
  if (!isWanted && !verification.isBroken) {
    const problem = `the segment before ends at ${chain.nextSeq}`
    report({ kind: 'damage', path: folder, ...range, problem })
    verification.isBroken = true
  }
  const meta = await checkedMeta(verification, folder, record)
  if (meta !== undefined) await checkFiles(verification, folder, meta)
  try {
    await verifyContent(verification, folder, record)
  } catch (error) {
    reportDamage(verification, folder, record, error)
  }
  if (meta === undefined || verification.isBroken || isBeforeChain) return
  if (chain.digest() !== meta.digest) {
    const problem = 'its entries are not those that were sealed: the digest chain differs'
    report({ kind: 'damage', path: folder, ...range, problem })
    verification.isBroken = true
  }
}

/** Blocks of a segment, checked and added to the chain, and its index and links with them. */
export async function verifyBlocks(
  verification: Verification,
  source: SegmentSource,
): Promise<void> {
  const { chain, report } = verification
  const index = await source.store.index()
  const found: BlockFacts[] = []
  const onDamage = ({ fromSeq, toSeq, problem }: DamageRange): void => {
    report({ kind: 'damage', path: source.name, fromSeq, toSeq, problem })
    verification.isBroken = true
  }
  let before = { timeUs: 0, venueTimeMsMaxRunning: Number.NaN }
  for await (const { block, key } of source.blocks(source.firstSeq, source.endSeq, onDamage)) {
    verification.entryCount += block.count
    if (!verification.isBroken) chain.add(block)
    // The running maximum is of the recording, and is compared as it goes on from block to block.
    const known = index[found.length]
    const running = found.length === 0 ? known?.venueTimeMsMaxRunning : before.venueTimeMsMaxRunning
    const facts = factsOf(block, { ...before, venueTimeMsMaxRunning: running ?? Number.NaN })
    before = { ...facts, timeUs: key.timeUs }
    found.push({ ...facts, timeUs: key.timeUs })
    verification.onProgress(block.firstSeq + block.count)
  }
  if (verification.isBroken) return
  if (JSON.stringify(index) !== JSON.stringify(found)) {
    const { firstSeq: fromSeq, endSeq: toSeq, name: path } = source
    report({ kind: 'damage', path, fromSeq, toSeq, problem: 'its index does not fit its blocks' })
  }
  await checkLinks(verification, source, chain)
}

interface DamageRange {
  readonly fromSeq: number
  readonly toSeq: number
  readonly problem: string
}

async function checkLinks(
  { report, chainStartSeq }: Verification,
  source: SegmentSource,
  chain: Chain,
): Promise<void> {
  const stored = (await source.store.links()).filter(({ seq }) => seq > chainStartSeq)
  const computed = chain.takeLinks()
  const isSame =
    stored.length === computed.length &&
    stored.every(({ seq, link }, index) => {
      const other = computed[index]
      return other?.seq === seq && Buffer.compare(link, other.link) === 0
    })
  if (isSame) return
  const { firstSeq: fromSeq, endSeq: toSeq, name: path } = source
  const problem = 'its links of the digest chain do not fit its entries'
  report({ kind: 'damage', path, fromSeq, toSeq, problem })
}

async function checkedMeta(
  { report }: Verification,
  folder: string,
  record: SegmentRecord,
): Promise<SegmentMeta | undefined> {
  const { firstSeq: fromSeq, endSeq: toSeq } = record
  const path = join(folder, SEGMENT_FILE)
  try {
    const { meta, sha256 } = await readSegmentMeta(folder)
    if (sha256 === record.sha256) return meta
    const problem = 'it is not the one that the manifest names'
    report({ kind: 'damage', path, fromSeq, toSeq, problem })
    return meta
  } catch (error) {
    if (!(error instanceof RecorderError)) throw error
    report({ kind: 'damage', path, fromSeq, toSeq, problem: error.message })
    return undefined
  }
}

async function checkFiles(
  { report }: Verification,
  folder: string,
  { files, firstSeq, endSeq }: SegmentMeta,
): Promise<void> {
  const range = { fromSeq: firstSeq, toSeq: endSeq }
  for (const { name, size, sha256 } of files) {
    const path = join(folder, name)
    const found = await stat(path).catch(() => undefined)
    if (found === undefined) {
      report({ kind: 'damage', path, ...range, problem: 'it is missing' })
    } else if (found.size !== size) {
      const problem = `it has ${found.size} bytes, and had ${size} when it was sealed`
      report({ kind: 'damage', path, ...range, problem })
    } else if ((await hashFile(path)) !== sha256) {
      report({ kind: 'damage', path, ...range, problem: 'its SHA-256 differs' })
    }
  }
  const known = new Set([SEGMENT_FILE, ...files.map(({ name }) => name)])
  for (const name of await readdir(folder)) {
    if (known.has(name)) continue
    report({ kind: 'unknown', path: join(folder, name), problem: 'it was not there when sealed' })
  }
}

async function verifyContent(
  verification: Verification,
  folder: string,
  { firstSeq, endSeq }: SegmentRecord,
): Promise<void> {
  const viewFolder = await makeViewFolder()
  try {
    const store = await openSealed(folder, viewFolder)
    try {
      const { codec } = verification
      const source = new SegmentSource({ firstSeq, endSeq, store, name: folder, codec })
      await verifyBlocks(verification, source)
    } finally {
      await closeView(store)
    }
  } finally {
    await rm(viewFolder, { recursive: true, force: true })
  }
}

/** What LevelDB cannot read: nothing is known of what follows in the segment. */
export function reportDamage(
  verification: Verification,
  path: string,
  range: { readonly firstSeq: number; readonly endSeq: number },
  error: unknown,
): void {
  if (!isReadFailure(error)) throw error
  const { firstSeq: fromSeq, endSeq: toSeq } = range
  verification.report({ kind: 'damage', path, fromSeq, toSeq, problem: error.message })
  verification.isBroken = true
}

function isReadFailure(error: unknown): error is Error {
  if (error instanceof RecorderError) return error.code === 'JOURNAL_DAMAGED'
  // A file or folder of the segment is gone.
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}
