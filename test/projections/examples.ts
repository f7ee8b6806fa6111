/**
 * The example market of the chapter on the API: price 1000, step 20, three minutes, five frames, seen
 * at 1772245330 s. State is made so that bodies must come out as the chapter shows them.
 */
import { existsSync, readFileSync } from 'node:fs'
import { approximateNotionalUsd } from '../../src/engines/frame-record.ts'
import type { BookFrame } from '../../src/engines/frames.ts'
import type { Zone } from '../../src/engines/liquidation/zones.ts'
import { zoneKey } from '../../src/engines/liquidation/zones.ts'
import { createMarket } from '../../src/engines/market.ts'
import type { Documents } from '../../src/engines/symbol/symbol-engines.ts'
import { createSymbolEngines, shownEngines } from '../../src/engines/symbol/symbol-engines.ts'
import { resolveSettings } from '../../src/pipeline/settings.ts'
import { PackedFrame } from '../../src/projections/packed-frame.ts'
import { createPast, type MinuteRecord, pastOf, quantized } from '../../src/projections/past.ts'
import type { Shown, SymbolAt } from '../../src/projections/state-at.ts'
import { sharedFile } from '../engines/golden-input.ts'

const FILE = sharedFile('spec/api.md')
export const hasExamples = existsSync(FILE)
if (!hasExamples) process.stderr.write('no ../shared/spec: the examples of api.md are not tested\n')

const chapter = hasExamples ? readFileSync(FILE, 'utf8') : ''

type Body = Readonly<Record<string, unknown>>

/** The JSON bodies of a section such as `9.2`, in their order. */
export function examplesOf(section: string): readonly Body[] {
  const start = chapter.indexOf(`\n### ${section} `)
  const end = chapter.indexOf('\n### ', start + 1)
  const text = chapter.slice(start, end < 0 ? chapter.indexOf('\n## ', start + 1) : end)
  return [...text.matchAll(/```json\n(\{.*\})\n```/g)].map(
    ([, json = '']) => JSON.parse(json) as Body,
  )
}

export const NOW_MS = 1_772_245_330_000
const SEQ = 100

/** As the state of the example stands; `clockMs` moves the moment. */
export function exampleState(clockMs = NOW_MS): Shown {
  const settings = resolveSettings('reference')
  const engines = createSymbolEngines(
    { symbol: 'BTCUSDT', baseAsset: 'BTC', stepUsd: 20 },
    settings,
  )
  for (const zone of zones()) {
    const key = zoneKey(zone.side, zone.priceUsd / 20)
    shownEngines(engines).state.heatmap.zones.map.set(key, zone)
  }
  const past = createPast()
  const tracks = pastOf(past, 'BTCUSDT')
  for (const record of minutes()) tracks.minutes.add(record)
  for (const [index, frame] of exampleFrames().entries()) {
    tracks.frames.add({ seq: 50 + index, recvTimeMs: NOW_MS, frame })
  }
  const [v1] = examplesOf('9.2')
  const [v2] = examplesOf('9.4')
  const at: SymbolAt = {
    symbol: 'BTCUSDT',
    market: createMarket('BTCUSDT', settings),
    engines,
    documents: { v1, v2 } as unknown as Documents,
    past: tracks,
    engineClockMs: clockMs,
    openMinute: Math.floor(clockMs / 60_000),
    gapsInMinute: 0,
    gapCount: 0,
    minuteCount: 3,
    dashboard: () => {
      throw new RangeError('no example has one')
    },
  }
  return {
    state: {
      recording: 'example',
      mode: 'replay',
      seq: SEQ,
      clockMs,
      recvMs: clockMs,
      mark: undefined,
      symbols: new Map([['BTCUSDT', at]]),
      past,
      faultCount: 0,
    },
    at,
    asReference: true,
  }
}

/** §9.3 and §9.5, "Frames behind it"; the third minute is that of the snapshots. */
function minutes(): readonly MinuteRecord[] {
  const [one] = examplesOf('9.2')
  const [two] = examplesOf('9.4')
  const v1 = [
    { long: zeros(9), short: zeros(9) },
    { long: [0, 0.5531, 0.8166, 1, 0.2724, 0, 0, 0, 0], short: zeros(9) },
    { long: valuesOf(one, 'long_intensity'), short: valuesOf(one, 'short_intensity') },
  ]
  const v2 = [
    { long: zeros(11), short: zeros(11) },
    {
      long: [0, 0, 0.3351733379177834, 0.5027600068766752, 1, 0.037241481990864835, 0, 0, 0, 0, 0],
      short: [
        0, 0, 0, 0, 0, 0.012407620416623133, 0.3557216079826185, 0.1675028756244123,
        0.11166858374960818, 0, 0,
      ],
    },
    { long: valuesOf(two, 'long_intensity'), short: valuesOf(two, 'short_intensity') },
  ]
  return [0, 1, 2].map((index) => {
    const timeS = 1_772_245_200.25 + index * 60
    const frame = (lowLevel: number, row: (typeof v1)[number] | undefined) => ({
      timeS,
      srcUsd: 1000,
      stepUsd: 20,
      lowLevel,
      long: quantized(row?.long ?? []),
      short: quantized(row?.short ?? []),
    })
    return {
      seq: 10 + index,
      minute: Math.floor(timeS / 60) - 1,
      recvTimeMs: timeS * 1000,
      complete: true,
      gapCount: 0,
      expected: undefined,
      weights: [],
      strongestUsd: 376_600,
      digest: '',
      v1: frame(46, v1[index]),
      v2: frame(45, v2[index]),
    } as unknown as MinuteRecord
  })
}

const zeros = (count: number): number[] => Array.from({ length: count }, () => 0)

const valuesOf = (body: Body | undefined, name: string): number[] =>
  (body?.[name] ?? []) as number[]

/** The zones that §9.7 and §9.9 show, and two that their filters leave out. */
function zones(): readonly Zone[] {
  const zone = (
    side: 'long' | 'short',
    priceUsd: number,
    weight: number,
    [createdS, reinforcementCount, source]: [number, number, string],
    contributions: Readonly<Record<string, number>>,
  ): Zone => ({
    side,
    priceUsd,
    weight,
    createdS,
    lastReinforcedS: 1_772_245_320.25,
    reinforcementCount,
    source,
    contributions: new Map(Object.entries(contributions).map(([tier, of]) => [Number(tier), of])),
  })
  const early = 1_772_245_260.25
  return [
    zone('long', 980, 1.1558, [early, 5, 'inference'], { 50: 1.2087, 75: 0.6799, 100: 0.4029 }),
    zone('long', 960, 0.4679, [early, 1, 'inference'], { 25: 0.6799 }),
    zone('long', 940, 0.2496, [early, 1, 'inference'], { 20: 0.3626 }),
    zone('long', 1000, 0.0467, [early, 0, 'inference'], { 125: 0.0467 }),
    zone('short', 1020, 0.2184, [1_772_245_220, 6, 'combined'], {
      50: 0.2082,
      75: 0.1171,
      100: 0.0694,
    }),
    zone('short', 1040, 0.07, [early, 1, 'inference'], { 25: 0.1 }),
    zone('short', 1060, 0.04, [early, 1, 'inference'], { 20: 0.06 }),
    zone('short', 1000, 0.0111, [1_772_245_320.25, 0, 'inference'], { 125: 0.0111 }),
  ]
}

/** Bytes of the bucket at 960, and the values that bytes 0 and 255 stand for, by frame (§9.11). */
const FRAMES = [
  [95, 27_790.5, 29_685.75],
  [207, 30_000, 40_000],
  [220, 42_040.5, 59_371.5],
  [95, 27_790.5, 29_685.75],
  [182, 30_640.5, 35_622.9],
] as const

/** The five frames, the last with the statistics that §9.10 gives of it. */
export function exampleFrames(over: Partial<BookFrame> = {}): readonly PackedFrame[] {
  return FRAMES.map(([byte, p50Usd, p95Usd], index) => {
    const bidNotionalUsd = new Float64Array(11)
    const bidLevels = new Uint8Array(11)
    bidLevels.set([byte], 3)
    bidLevels.set([255], 5)
    const frame = {
      startTimeS: 1_772_245_140 + index * 30,
      srcUsd: 1000,
      stepUsd: 20,
      priceMinUsd: 900,
      priceMaxUsd: 1100,
      bidLevels,
      askLevels: new Uint8Array(11),
      bidNotionalUsd,
      askNotionalUsd: new Float64Array(11),
      p50Usd,
      p90Usd: 35_371.8,
      p95Usd,
      p99Usd: 35_823.78,
      maxUsd: 35_874,
      bid: { p50Usd: 35_037, p95Usd: 35_790.3, maxUsd: 35_874, totalUsd: 70_074 },
      ask: { p50Usd: 26_790.5, p95Usd: 27_051.95, maxUsd: 27_081, totalUsd: 53_581 },
      ...over,
    }
    // The examples are of frames that a file kept: their amounts are told from the bytes.
    for (const place of [3, 5]) {
      bidNotionalUsd[place] = approximateNotionalUsd(
        { ...frame, totalBidUsd: 0, totalAskUsd: 0 },
        bidLevels[place] ?? 0,
      )
    }
    return new PackedFrame(frame)
  })
}
