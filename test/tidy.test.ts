import { readdir, readFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

/** Which folder of `src` may import which. The order is the flow of data; every arrow goes up. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  base: [],
  model: ['base'],
  decode: ['base', 'model'],
  engines: ['base', 'model'],
  projections: ['base', 'model', 'engines'],
  pipeline: ['base', 'model', 'decode', 'engines'],
  // capture and interchange read the head of a frame (kind, symbol, exchange time), never its body.
  capture: ['base', 'model', 'decode', 'journal'],
  journal: ['base', 'model'],
  columns: ['base', 'model', 'decode', 'journal'],
  replay: ['base', 'model', 'journal', 'columns', 'pipeline', 'engines', 'projections', 'audits'],
  api: ['base', 'model', 'engines', 'projections'],
  audits: ['base', 'model', 'engines'],
  reports: ['base', 'model', 'engines', 'projections', 'audits'],
  terminal: ['base', 'model', 'projections'],
  page: [],
  // The virtual exchange rebuilds the book that it answers REST requests from.
  exchange: ['base', 'model', 'journal', 'decode', 'engines'],
  interchange: ['base', 'model', 'journal', 'decode', 'engines', 'pipeline'],
  // Trials are graded by the audits of a report, and drawn with its pictures.
  sweep: ['base', 'model', 'journal', 'pipeline', 'engines', 'replay', 'audits', 'reports'],
  runtime: ['base'],
  cli: ['*'],
}

/** Folders that compute and do nothing else. */
const PURE = ['base', 'model', 'decode', 'engines', 'projections', 'pipeline', 'audits']
const IMPURE =
  /\b(Date\.now|new Date|Math\.random|performance\.|process\.|console\.|setTimeout|setInterval|fetch\(|async |await |toLocale|Intl\.)|\bMath\.(exp|log|pow|sin|cos|tan|hypot|cbrt|log1p|expm1|log2|log10|tanh|sinh|cosh|atan|asin|acos|atan2)\b/

/** A rejected promise of a listener has nobody to go to: hand the work to something that waits. */
const ASYNC_LISTENER = /\.(on|once|addEventListener)\([^)]*\basync\b/
/** Only these may open what is named: everybody else is given it. */
const OWNERS: readonly { readonly pattern: RegExp; readonly folders: readonly string[] }[] = [
  { pattern: /from '(level|classic-level)'/, folders: ['journal'] },
  { pattern: /\bDate\.now\(|performance\.now\(|hrtime/, folders: ['runtime'] },
  { pattern: /process\.(env|argv|stdout|exit|version)/, folders: ['runtime', 'cli'] },
  { pattern: /\.listen\(|createServer\(/, folders: ['api', 'exchange', 'journal'] },
  { pattern: /new WebSocket\(/, folders: ['capture', 'page'] },
]

const LINES_MAX = 300

const root = fileURLToPath(new URL('../src', import.meta.url))
const paths = (await readdir(root, { recursive: true })).filter((path) => path.endsWith('.ts'))

describe.each(paths)('%s', async (path) => {
  const text = await readFile(join(root, path), 'utf8')
  const folder = path.split('/')[0] ?? ''
  const imports = [...text.matchAll(/\b(?:from|import)\s*\(?'([^']+)'/g)].map(
    (match) => match[1] ?? '',
  )
  const code = text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, '')

  test('imports only what its folder may', () => {
    const allowed = MAY_IMPORT[folder]
    expect(allowed, `${folder} must have a line in MAY_IMPORT`).toBeDefined()
    const folders = imports
      .filter((target) => target.startsWith('.'))
      .map((target) => relative(root, join(root, dirname(path), target)).split('/')[0] ?? '')
    const strangers = folders.filter((name) => name !== folder && !allowed?.includes(name))
    expect(allowed?.includes('*') ? [] : strangers).toEqual([])
  })

  test.runIf(PURE.includes(folder))('does nothing but compute', () => {
    expect(imports.filter((target) => !target.startsWith('.'))).toEqual([])
    expect(code.match(IMPURE)?.[0]).toBeUndefined()
  })

  test('leaves what is not its own to the folder that owns it', () => {
    const strangers = OWNERS.filter(
      ({ pattern, folders }) => pattern.test(code) && !folders.includes(folder),
    )
    expect(strangers.map(({ pattern }) => pattern.source)).toEqual([])
  })

  test('swallows no failure: an empty catch says at least why', () => {
    expect(text.match(/catch\s*(\(\w+\)\s*)?\{\s*\}/)?.[0]).toBeUndefined()
  })

  test('has no async listener', () => {
    expect(text).not.toMatch(ASYNC_LISTENER)
  })

  test(`fits in ${LINES_MAX} lines`, () => {
    expect(text.split('\n').length).toBeLessThanOrEqual(LINES_MAX)
  })
})
