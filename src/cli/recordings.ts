/** Which recording a command is about. */
import { access } from 'node:fs/promises'
import { isAbsolute, join, resolve } from 'node:path'
import { RecorderError } from '../base/errors.ts'
import { listRecordings } from '../journal/recording-manifest.ts'

/** Where recordings stand unless a path is given. */
export const RECORDINGS_FOLDER = 'recordings'
const MANIFEST = 'manifest.json'
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/

/** The folder of a recording that is to be made. A name lies under `recordings/`. */
export function pathOfRecording(name: string): string {
  if (isAbsolute(name) || name.includes('/')) return resolve(name)
  if (!NAME.test(name)) {
    throw new RecorderError(
      'USAGE',
      `--recording must be a path or a name of letters, digits, ".", "_" and "-", was "${name}"`,
    )
  }
  return join(RECORDINGS_FOLDER, name)
}

/**
 * The folder of a recording that is there: the named one, else the only one, else `demo`.
 * @throws {RecorderError} `RECORDING_NOT_FOUND`, listing those there are.
 */
export async function findRecording(name: string | undefined): Promise<string> {
  const names = await recordingNames()
  if (name !== undefined) {
    const path = pathOfRecording(name)
    if (await exists(join(path, MANIFEST))) return path
    throw new RecorderError('RECORDING_NOT_FOUND', `${path} holds no recording; ${listed(names)}`)
  }
  const [only] = names
  if (only !== undefined && names.length === 1) return pathOfRecording(only)
  if (names.includes('demo')) return pathOfRecording('demo')
  throw new RecorderError('RECORDING_NOT_FOUND', `no --recording was given; ${listed(names)}`)
}

/** Names of the recordings under `recordings/`, in order. */
export const recordingNames = (): Promise<readonly string[]> => listRecordings(RECORDINGS_FOLDER)

const listed = (names: readonly string[]): string =>
  names.length === 0
    ? `there are none under ${RECORDINGS_FOLDER}/ yet`
    : `under ${RECORDINGS_FOLDER}/ there are ${names.join(', ')}`

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )
