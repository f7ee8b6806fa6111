/** Golden recordings: folders of a recording, packed into one file, and what they must give. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync, gzipSync } from 'node:zlib'

/** What a golden recording gives, whoever reads it. */
export interface Expected {
  /** As its manifest says. */
  readonly formatVersion: number
  readonly entryCount: number
  readonly firstSeq: number
  readonly recordingDigest: string
  /** Of the state: what the engines of this `stateVersion` compute from it. */
  readonly stateVersion: number
  readonly stateDigests: readonly string[]
}

const FOLDER = dirname(fileURLToPath(import.meta.url))
const EXPECTED = join(FOLDER, 'expected.json')
const packedPath = (name: string): string => join(FOLDER, `${name}.recording.gz`)

export async function readExpected(): Promise<Readonly<Record<string, Expected>>> {
  return JSON.parse(await readFile(EXPECTED, 'utf8'))
}

export async function writeExpected(all: Readonly<Record<string, Expected>>): Promise<void> {
  await writeFile(EXPECTED, `${JSON.stringify(all, null, 2)}\n`)
}

export async function pack(name: string, recording: string): Promise<number> {
  const found = await readdir(recording, { recursive: true, withFileTypes: true })
  const files: Record<string, string> = {}
  for (const item of found.filter((one) => one.isFile() && !/^LO(CK|G.*)$/.test(one.name))) {
    const path = join(item.parentPath, item.name)
    files[relative(recording, path)] = (await readFile(path)).toString('base64')
  }
  const bytes = gzipSync(JSON.stringify(files), { level: 9 })
  await writeFile(packedPath(name), bytes)
  return bytes.length
}

export async function unpack(name: string, recording: string): Promise<void> {
  const text = gunzipSync(await readFile(packedPath(name))).toString()
  for (const [path, base64] of Object.entries<string>(JSON.parse(text))) {
    await mkdir(dirname(join(recording, path)), { recursive: true })
    await writeFile(join(recording, path), Buffer.from(base64, 'base64'))
  }
}
