import { expect, test } from 'vitest'
import { TextInterner } from '../../src/decode/text-interner.ts'

const bytes = new TextEncoder().encode('AaBBAa')

test('texts of one hash are told apart', () => {
  const interner = new TextInterner()
  for (let round = 0; round < 2; round += 1) {
    expect(interner.textOf(bytes, 0, 2)).toBe('Aa')
    expect(interner.textOf(bytes, 2, 4)).toBe('BB')
    expect(interner.textOf(bytes, 4, 6)).toBe('Aa')
    expect(interner.textOf(bytes, 3, 3)).toBe('')
  }
})

test('more texts than are kept are read all the same', () => {
  const interner = new TextInterner()
  for (let round = 0; round < 2; round += 1) {
    for (let number = 0; number < 5000; number += 1) {
      const text = `${number}USDT`
      expect(interner.textOf(new TextEncoder().encode(text), 0, text.length)).toBe(text)
    }
  }
})
