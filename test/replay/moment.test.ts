import { describe, expect, test } from 'vitest'
import { parseMoment } from '../../src/replay/moment.ts'

describe('product.md §2: what --from and --to take', () => {
  test.each([
    ['2026-01-05', { kind: 'time', venueTimeMs: Date.UTC(2026, 0, 5) }],
    ['2026-01-05T01:02', { kind: 'time', venueTimeMs: Date.UTC(2026, 0, 5, 1, 2) }],
    ['2026-01-05T01:02:03.5Z', { kind: 'time', venueTimeMs: Date.UTC(2026, 0, 5, 1, 2, 3, 500) }],
    ['2026-01-05T01:02:03+02:00', { kind: 'time', venueTimeMs: Date.UTC(2026, 0, 4, 23, 2, 3) }],
    ['1767571200000', { kind: 'time', venueTimeMs: 1_767_571_200_000 }],
    ['seq:12', { kind: 'seq', seq: 12 }],
    ['-2h', { kind: 'beforeEnd', backMs: 7_200_000 }],
    ['-90s', { kind: 'beforeEnd', backMs: 90_000 }],
  ])('%s', (text, moment) => {
    expect(parseMoment('--from', text)).toEqual(moment)
  })

  test.each(['yesterday', '', 'seq:-1', '-2', '2026-13-05', '05/01/2026'])(
    'refuses "%s"',
    (text) => {
      expect(() => parseMoment('--from', text)).toThrowError(/--from/)
    },
  )
})
