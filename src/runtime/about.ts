/** Which program this is: what manifests and facts of a run name it by. */
import { readFileSync } from 'node:fs'

/** Version of moonreplay, from `package.json`. */
export const codeVersion = (
  JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    readonly version: string
  }
).version

export const nodeVersion = process.version
