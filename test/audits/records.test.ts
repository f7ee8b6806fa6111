/** What records of the engines tell an audit. */
import { describe, expect, test } from 'vitest'
import { verdictOf } from '../../src/replay/audit-records.ts'

/** The sample of `calibrator.md` §18, C2 (a), as far as it matters here. */
const EVENT = {
  type: 'event',
  side: 'long',
  event_price: 66_400,
  is_hit: true,
  attributed_leverage: 125,
  ladder: [10, 20, 25, 50, 75, 100, 125],
  implied_levels_raw: { '10': 60_099, '20': 63_482.5, '100': 66_189.3, '125': 66_324.64 },
}

describe('an attribution', () => {
  const isEmpty = (fields: object) => verdictOf({ ...EVENT, ...fields }).isEmptyAttribution

  test('before the levels of all tiers is what any such price would give', () => {
    expect(isEmpty({})).toBe(true)
    const levels = { '100': 66_800, '125': 66_680 }
    expect(isEmpty({ side: 'short', implied_levels_raw: levels })).toBe(true)
  })

  test('beyond the nearest level says something', () => {
    expect(isEmpty({ event_price: 66_300 })).toBe(false)
    const levels = { '100': 66_800, '125': 66_380 }
    expect(isEmpty({ side: 'short', implied_levels_raw: levels })).toBe(false)
  })
})
