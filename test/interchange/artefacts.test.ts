/**
 * Golden test: the files of a whole replay, from the journal through every engine, against those of
 * the reference (`../shared/golden`).
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ArtefactFolder } from '../../src/interchange/artefact-folder.ts'
import { Artefacts } from '../../src/interchange/artefacts.ts'
import { differences } from '../engines/compare.ts'
import { caseIsHere, sharedFile } from '../engines/golden-input.ts'
import { goldenJournal, replayJournal } from '../kit/golden-journal.ts'
import { temporaryFolder } from '../kit/journals.ts'

const NAME = 'seed1-90m'

/** Per run or machine, never compared. */
const NOT_COMPARED = new Set(['run.json', 'timing.json'])

/** Of an infinite distance the reference writes a token that is no JSON. */
const parsed = (text: string): unknown => JSON.parse(text.replaceAll(/: -?Infinity/g, ': null'))

const rowsOf = (text: string): unknown[] =>
  text.split('\n').flatMap((row) => (row === '' ? [] : [parsed(row)]))

describe.each([
  { golden: 'golden', weights: undefined },
  { golden: 'golden-warm', weights: 'initial_weights.json' },
])('the files of a replay of $golden', ({ golden, weights }) => {
  if (!caseIsHere(NAME)) {
    test.skip(`skipped: ../shared/golden/${NAME} is not there`)
    return
  }
  const root = sharedFile(`golden/${NAME}/${golden}/`)
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(gz|json)$/.test(name) && !NOT_COMPARED.has(name))
    .sort()

  let folder: Awaited<ReturnType<typeof temporaryFolder>>
  let out = ''
  beforeAll(async () => {
    folder = await temporaryFolder()
    out = join(folder.path, 'out')
    const artefacts = new Artefacts(new ArtefactFolder(out))
    const text =
      weights === undefined
        ? undefined
        : readFileSync(sharedFile(`golden/${NAME}/${weights}`), 'utf8')
    const { pipeline } = await replayJournal(await goldenJournal(NAME), {
      profile: 'reference',
      listener: artefacts.listener,
      documents: true,
      weights: text === undefined ? undefined : new Map([['BTCUSDT', text]]),
    })
    artefacts.finish(pipeline.runs.values())
    artefacts.commit()
  }, 120_000)
  afterAll(() => folder[Symbol.asyncDispose]())

  test.each(names)('%s', (name) => {
    const plainName = name.replace(/\.gz$/, '')
    const bytes = readFileSync(new URL(name, root))
    const expected = name.endsWith('.gz') ? gunzipSync(bytes) : bytes
    const path = join(out, 'BTCUSDT', plainName)
    expect(existsSync(path)).toBe(true)
    const ours = readFileSync(path)
    if (plainName.endsWith('.bin')) expect(ours.length).toBe(expected.length)
    else if (plainName.endsWith('.jsonl')) {
      expect(differences(rowsOf(expected.toString()), rowsOf(ours.toString()), 5)).toEqual([])
    } else expect(differences(parsed(expected.toString()), parsed(ours.toString()), 5)).toEqual([])
  })
})
