import { describe, expect, test } from 'vitest'
import {
  createZoneTracker,
  shownZones,
  trackZones,
} from '../../../src/engines/liquidation/zone-tracker.ts'
import { differences } from '../compare.ts'
import { contextOf, REFERENCE } from './kit.ts'

type Pairs = readonly (readonly [price: number, strength: number])[]

/** The long side after each of its minutes, the strongest first. */
function shownAfter(
  minutes: readonly (readonly [minute: number, candidates: Pairs])[],
  maxZones = 5,
) {
  const settings = { ...REFERENCE, zoneTracker: { ...REFERENCE.zoneTracker, maxZones } }
  const context = contextOf({ settings })
  const tracker = createZoneTracker()
  return minutes.map(([minute, candidates]) => {
    const long = candidates.map(([priceUsd, strength]) => ({ priceUsd, strength }))
    trackZones(tracker, context, minute, { long, short: [] })
    return shownZones(tracker.long).map((zone) => [
      zone.priceUsd,
      zone.strength,
      minute - zone.entryMinute,
    ])
  })
}

const pairs = (shown: readonly (readonly number[])[] | undefined) =>
  (shown ?? []).map((zone) => zone.slice(0, 2))

describe('pipeline.md §9', () => {
  test('the worked example of one side', () => {
    const quiet = [105, 106, 107, 108, 109].map((minute) => [minute, []] as const)
    const shown = shownAfter([
      [
        100,
        [
          [1000, 0.9],
          [1100, 0.5],
          [1015, 0.4],
        ],
      ],
      [
        101,
        [
          [1012, 0.6],
          [1100, 0.55],
          [1015, 0.7],
        ],
      ],
      [
        102,
        [
          [1200, 0.5],
          [1300, 0.45],
          [1400, 0.4],
          [1500, 0.3],
        ],
      ],
      [
        103,
        [
          [1600, 0.41],
          [1200, 0.5],
        ],
      ],
      [104, [[1700, 0.4]]],
      ...quiet,
      [110, [[1700, 0.9]]],
    ])
    expect(
      differences(
        [
          [1000, 0.9],
          [1100, 0.5],
        ],
        pairs(shown[0]),
      ),
    ).toEqual([])
    expect(
      differences(
        [
          [1000, 0.6],
          [1100, 0.55],
        ],
        pairs(shown[1]),
      ),
    ).toEqual([])
    const third = [
      [1000, 0.57],
      [1100, 0.5225],
      [1200, 0.5],
      [1300, 0.45],
      [1400, 0.4],
    ]
    expect(differences(third, pairs(shown[2]))).toEqual([])
    const fourth = [
      [1000, 0.5415],
      [1200, 0.5],
      [1100, 0.496375],
      [1300, 0.4275],
      [1400, 0.38],
    ]
    expect(differences(fourth, pairs(shown[3]))).toEqual([])
    expect(pairs(shown.at(-1)).map(([price]) => price)).toEqual([1700, 1200, 1300, 1400])
  })

  test('a zone too weak to stay enters, leaves, and enters again', () => {
    const shown = shownAfter([
      [1, [[1000, 0.005]]],
      [2, [[1000, 0.005]]],
    ])
    expect(shown).toEqual([[[1000, 0.005, 0]], [[1000, 0.005, 0]]])
  })

  test('a zone that lost more than 70 % of its peak leaves when it is old', () => {
    const shown = shownAfter(
      [
        [
          1,
          [
            [1000, 1],
            [2000, 0.5],
          ],
        ],
        [
          11,
          [
            [1000, 0.29],
            [2000, 0.5],
            [3000, 0.56],
          ],
        ],
      ],
      2,
    )
    expect(shown[1]).toEqual([
      [3000, 0.56, 0],
      [2000, 0.5, 0],
    ])
  })
})

test('heatmap.md §17, example 6: a newcomer must beat the weakest by its margin', () => {
  const later = Array.from({ length: 10 }, (_, i) => [103 + i, [[95_000, 0.2]]] as const)
  const shown = shownAfter(
    [
      [
        100,
        [
          [98_000, 1],
          [97_000, 0.5],
          [96_000, 0.4],
        ],
      ],
      [
        101,
        [
          [98_015, 0.9],
          [96_000, 0.56],
          [97_000, 0.5],
        ],
      ],
      [
        102,
        [
          [98_020, 0.9],
          [96_000, 0.58],
          [97_000, 0.5],
        ],
      ],
      ...later,
      [113, [[95_000, 0.75]]],
    ],
    2,
  )
  expect(
    differences(
      [
        [98_000, 1],
        [97_000, 0.5],
      ],
      pairs(shown[0]),
    ),
  ).toEqual([])
  expect(
    differences(
      [
        [98_000, 0.9],
        [97_000, 0.5],
      ],
      pairs(shown[1]),
    ),
  ).toEqual([])
  expect(
    differences(
      [
        [98_000, 0.9],
        [96_000, 0.58],
      ],
      pairs(shown[2]),
    ),
  ).toEqual([])
  expect(
    differences(
      [
        [98_000, 0.855],
        [96_000, 0.5509999999999999],
      ],
      pairs(shown[3]),
    ),
  ).toEqual([])
  const last = [
    [98_000, 0.5388632453145408],
    [96_000, 0.3472674247582595],
  ]
  expect(differences(last, pairs(shown[12]))).toEqual([])
  expect(pairs(shown[13])).toEqual([[95_000, 0.75]])
})
