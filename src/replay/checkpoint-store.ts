/**
 * Checkpoints beside a recording: derived, disposable, each with its own checksum.
 *
 * A file is `MRCP`, u8 format, u32 CRC-32 of what follows, then deflated canonical bytes of
 * {@link Checkpoint}. The folder's name is a hash of all that the state depends on beside the
 * journal (settings, engine versions), so that a checkpoint of other settings is never found.
 */
import { createHash } from 'node:crypto'
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { crc32, deflateRawSync, inflateRawSync } from 'node:zlib'
import { CanonicalWriter, decodeCanonical, type Plain } from '../base/canonical.ts'
import { RecorderError } from '../base/errors.ts'

const MAGIC = 'MRCP'
const FORMAT = 1
const HEAD_BYTES = 9
const SUFFIX = '.ckpt'

/** The folder of a recording that holds checkpoints. */
export const CHECKPOINT_FOLDER = 'checkpoints'

export interface Checkpoint {
  /** The first entry that is not yet in the state. */
  readonly nextSeq: number
  /** Digest of the canonical bytes of `state`. */
  readonly digest: string
  readonly state: Plain
}

export class CheckpointStore {
  readonly #folder: string
  readonly #writer = new CanonicalWriter()

  /** `key` names all that the state depends on beside the journal. */
  constructor(recordingPath: string, key: Plain) {
    const hash = createHash('sha256').update(new CanonicalWriter().encode(key)).digest('hex')
    this.#folder = join(recordingPath, CHECKPOINT_FOLDER, hash.slice(0, 16))
  }

  /** Sequences at which there is a checkpoint, ascending. */
  async seqs(): Promise<readonly number[]> {
    const names = await readdir(this.#folder).catch(() => [])
    return names
      .filter((name) => name.endsWith(SUFFIX))
      .map((name) => Number(name.slice(0, -SUFFIX.length)))
      .sort((a, b) => a - b)
  }

  /**
   * The newest checkpoint at or before `seq`; a damaged one is passed over for the one before it,
   * since a state can always be computed again (`verify` names the damage).
   */
  async newestAt(seq: number): Promise<Checkpoint | undefined> {
    const candidates = (await this.seqs()).filter((at) => at <= seq)
    for (const at of candidates.reverse()) {
      const checkpoint = decodeCheckpoint(await readFile(this.#pathOf(at)))
      if (checkpoint !== undefined) return checkpoint
    }
    return undefined
  }

  /** Writes a checkpoint whole or not at all. Returns its size on disk. Unit: bytes. */
  async write(nextSeq: number, state: Plain): Promise<number> {
    const digest = digestOfBytes(this.#writer.encode(state))
    const bytes = encodeCheckpoint(this.#writer.encode({ nextSeq, digest, state }))
    const path = this.#pathOf(nextSeq)
    try {
      await mkdir(this.#folder, { recursive: true })
      await using file = await open(`${path}.part`, 'w')
      await file.writeFile(bytes)
      await file.sync()
    } catch (cause) {
      await rm(`${path}.part`, { force: true })
      throw new RecorderError('JOURNAL_WRITE_FAILED', `checkpoint ${path} was not written`, {
        cause,
      })
    }
    await rename(`${path}.part`, path)
    return bytes.length
  }

  #pathOf(seq: number): string {
    return join(this.#folder, `${String(seq).padStart(16, '0')}${SUFFIX}`)
  }
}

/** What is wrong with the checkpoints of a recording, one sentence each. For `verify`. */
export async function checkpointFindings(recordingPath: string): Promise<readonly string[]> {
  const root = join(recordingPath, CHECKPOINT_FOLDER)
  const names = await readdir(root, { recursive: true, withFileTypes: true }).catch(() => [])
  const findings: string[] = []
  for (const entry of names.filter((name) => name.isFile())) {
    const path = join(entry.parentPath, entry.name)
    if (decodeCheckpoint(await readFile(path)) === undefined) {
      findings.push(`${path}: not a whole checkpoint; delete it, it can be computed again`)
    }
  }
  return findings
}

/** A state digest: SHA-256 of canonical bytes, the first 128 bits in hex. */
export const digestOfBytes = (bytes: Uint8Array): string =>
  createHash('sha256').update(bytes).digest('hex').slice(0, 32)

function encodeCheckpoint(canonical: Uint8Array): Uint8Array {
  const body = deflateRawSync(canonical, { level: 6 })
  const bytes = Buffer.alloc(HEAD_BYTES + body.length)
  bytes.write(MAGIC, 'latin1')
  bytes[4] = FORMAT
  bytes.writeUInt32LE(crc32(body), 5)
  bytes.set(body, HEAD_BYTES)
  return bytes
}

function decodeCheckpoint(bytes: Buffer): Checkpoint | undefined {
  const body = bytes.subarray(HEAD_BYTES)
  const whole =
    bytes.length > HEAD_BYTES &&
    bytes.toString('latin1', 0, 4) === MAGIC &&
    bytes[4] === FORMAT &&
    bytes.readUInt32LE(5) === crc32(body)
  return whole ? (decodeCanonical(inflateRawSync(body)) as unknown as Checkpoint) : undefined
}
