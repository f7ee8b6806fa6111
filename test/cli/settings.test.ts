import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { quirkTable } from '../../src/cli/commands/settings.ts'
import { modelOf } from '../../src/engines/symbol/engine-settings.ts'
import { resolveSettings, SETTING_ROWS } from '../../src/pipeline/settings.ts'

test('README has the table of quirks as `settings --quirks` prints it', () => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
  expect(readme).toContain(quirkTable())
})

test('every setting has a unit or none, a sentence, and a source', () => {
  for (const { name, spec } of SETTING_ROWS) {
    expect(spec.doc, name).toMatch(/^\S.*\.$/)
    expect(spec.why, name).toMatch(/\.$/)
    expect(typeof spec.unit, name).toBe('string')
  }
})

test('each quirk of the reference can be switched alone under either profile', () => {
  const quirks = SETTING_ROWS.filter(({ spec }) => spec.reference !== undefined)
  expect(quirks.length).toBeGreaterThan(20)
  for (const { name, spec } of quirks) {
    // The two models are whole, and are switched together.
    if (name.endsWith('.model')) continue
    const value = spec.reference ?? ''
    expect(modelOf(resolveSettings('standard', { [name]: value }))).toBe('standard')
    expect(modelOf(resolveSettings('reference', { [name]: spec.default }))).toBe('reference')
  }
})

test('one model of entries with the other of weights is refused', () => {
  expect(() => resolveSettings('standard', { 'inference.model': 'reference' })).toThrow(
    /set both alike/,
  )
})
