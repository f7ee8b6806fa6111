/**
 * Golden test: the liquidation engines of the reference (`../shared/golden`). Minutes and taker flow
 * come from the golden `minutes.jsonl`, liquidations from the input; what the calibrator fed back
 * stands in the golden minutes too, and is handed in where `pipeline.md` §12 says.
 */
import { describe, expect, test } from 'vitest'
import {
  createLiquidationEngines,
  type LiquidationEngines,
  onForceOrder,
  onMinute,
  positionSide,
  setWeights,
} from '../../../src/engines/liquidation/liquidation-engines.ts'
import {
  bucketsRow,
  minuteParts,
  stressRow,
  zonesRow,
} from '../../../src/engines/liquidation/liquidation-rows.ts'
import type { MinuteInput } from '../../../src/engines/liquidation/minute-input.ts'
import { zonesFile } from '../../../src/engines/liquidation/zone-views.ts'
import { differences } from '../compare.ts'
import {
  caseIsHere,
  goldenJson,
  goldenRows,
  type InputLine,
  inputLines,
  type Payload,
} from '../golden-input.ts'
import { REFERENCE, type Recorder, recorder } from './kit.ts'

type Row = ReturnType<typeof JSON.parse>

interface GoldenRun {
  readonly engines: LiquidationEngines
  readonly records: Recorder
  readonly rows: Record<string, object[]>
  readonly lastS: number
}

function run(lines: readonly InputLine[], minutes: readonly Row[], persisted?: Row): GoldenRun {
  const records = recorder()
  const engines = createLiquidationEngines('BTC', 20, REFERENCE, records.emit)
  const rows: Record<string, object[]> = {}
  const add = (file: string, row: object) => {
    rows[file] = [...(rows[file] ?? []), row]
  }
  const minuteAt = new Map(minutes.map((row): [number, Row] => [row.line, row]))
  let lastS = 0
  for (const { line, recv, ch, payload } of lines) {
    lastS = recv / 1000
    if (ch === 'forceOrder') takeForceOrder(engines, payload, lastS)
    const minute = minuteAt.get(line)
    if (minute === undefined) continue
    if (minute.live) closeMinute(engines, minute, persisted, add)
    add('minutes', minuteParts(engines))
  }
  return { engines, records, rows, lastS }
}

function takeForceOrder(engines: LiquidationEngines, payload: Payload, timeS: number): void {
  const order = payload['o'] as Payload
  if (!String(order['s']).includes('BTC')) return
  const priceUsd = Number(order['p'])
  const sizeBase = Number(order['q'])
  const side = positionSide(String(order['S']))
  onForceOrder(engines, { timeS, side, priceUsd, sizeBase, notionalUsd: priceUsd * sizeBase })
}

function closeMinute(
  engines: LiquidationEngines,
  minute: Row,
  persisted: Row,
  add: (file: string, row: object) => void,
): void {
  const head = { recv: minute.recv, minute_key: minute.minute_key }
  const result = onMinute(engines, inputOf(minute), {
    snapshots: true,
    persisted:
      persisted === undefined
        ? undefined
        : { weights: persisted.weights, bufferFraction: persisted.buffer },
  })
  const { calibrator } = minute
  if (calibrator.last_calibration_minute === minute.minute_key) {
    setWeights(engines, { weights: calibrator.weights, bufferFraction: calibrator.buffer })
  }
  add('v2_snapshots', { ...head, body: result.snapshotV2 })
  add('v1_snapshots', { ...head, body: result.snapshotV1 })
  add('v1_engine', { recv: minute.recv, ...stressRow(engines, minute.minute_key) })
  add('buckets', { recv: minute.recv, ...bucketsRow(engines, minute.minute_key) })
  add('zones', { recv: minute.recv, ...zonesRow(engines, minute.minute_key) })
}

function inputOf(minute: Row): MinuteInput {
  const { ohlc, volume, aggression, oi } = minute
  const isFallback = aggression === null || aggression.trades === 0
  return {
    timeS: minute.recv / 1000,
    minuteKey: minute.minute_key,
    openUsd: ohlc.open,
    highUsd: ohlc.high,
    lowUsd: ohlc.low,
    closeUsd: ohlc.close,
    srcUsd: minute.ohlc4,
    buyBase: volume.buy,
    sellBase: volume.sell,
    takerBuyUsd: isFallback ? volume.buy * minute.ohlc4 : aggression.taker_buy,
    takerSellUsd: isFallback ? volume.sell * minute.ohlc4 : aggression.taker_sell,
    openInterest: oi.total,
    aggression: {
      takerMinute: isFallback ? minute.minute_key - 1 : aggression.minute_key,
      tradeCount: isFallback ? 0 : aggression.trades,
      isFallback,
      lastMinutes: [],
      buyBase: volume.buy,
      sellBase: volume.sell,
    },
  }
}

/** Liquidations, what closed minutes, and the last line; read once for all runs of a case. */
function linesOf(name: string, minutes: readonly Row[]): readonly InputLine[] {
  const known = linesByCase.get(name)
  if (known !== undefined) return known
  const closing = new Set(minutes.map((row) => row.line))
  const lines: InputLine[] = []
  let last: InputLine | undefined
  for (const input of inputLines(name)) {
    if (input.ch === 'forceOrder' || closing.has(input.line)) lines.push(input)
    last = input
  }
  if (last !== undefined && last.line !== lines.at(-1)?.line) lines.push(last)
  linesByCase.set(name, lines)
  return lines
}

const linesByCase = new Map<string, readonly InputLine[]>()

const HEAVY = ['v1_engine', 'buckets', 'zones', 'v2_snapshots', 'v1_snapshots']
const RECORDS = [
  'liq_tape',
  'liq_inference',
  'liq_sweeps',
  'liq_zones',
  'liq_cycles',
  'plot_feed',
  'v1/liq_sweeps',
] as const

/** Their other types need the market; the test of the debug log has it. */
const OWN_DEBUG = new Set(['minute_inference', 'zone_tracker_debug'])

const CASES = [
  { name: 'seed1-90m', golden: 'golden', weights: undefined },
  { name: 'seed1-90m', golden: 'golden-warm', weights: 'initial_weights.json' },
  { name: 'real-jan27', golden: 'golden', weights: undefined },
]

describe.each(CASES)('golden case $name/$golden', ({ name, golden, weights }) => {
  if (!caseIsHere(name)) {
    test.skip(`skipped: ../shared/golden/${name} is not there`)
    return
  }
  const dir = `${name}/${golden}`
  const minutes: readonly Row[] = goldenRows(`${dir}/minutes.jsonl.gz`)
  const persisted = weights === undefined ? undefined : goldenJson(`${name}/${weights}`)
  const { engines, records, rows, lastS } = run(linesOf(name, minutes), minutes, persisted)

  test('minutes say of them what the reference says', () => {
    const expected = minutes.map(({ v2, zone_tracker, zone_summary }) => ({
      v2,
      zone_tracker,
      zone_summary,
    }))
    expect(expected.length).toBeGreaterThan(0)
    expect(differences(expected, rows['minutes'])).toEqual([])
  })

  test.each(HEAVY)('%s is that of the reference', (file) => {
    const expected = goldenRows(`${dir}/${file}.jsonl.gz`)
    const kept = new Set(expected.map((row) => row['minute_key']))
    const ours = (rows[file] ?? []).filter((row: Row) => kept.has(row.minute_key))
    expect(expected.length).toBeGreaterThan(0)
    expect(differences(expected, ours)).toEqual([])
  })

  test.each(RECORDS)('%s has the records of the reference', (file) => {
    const path = file.includes('/') ? file : `ref/${file}`
    const expected = goldenRows(`${dir}/${path}.jsonl.gz`)
    expect(differences(expected, records.of(file))).toEqual([])
  })

  test('the debug log says of projections and shown zones what the reference says', () => {
    const own = (row: Row) => OWN_DEBUG.has(row.type)
    const expected = goldenRows(`${dir}/ref/liq_debug.jsonl.gz`).filter(own)
    expect(expected.length).toBeGreaterThan(0)
    expect(differences(expected, records.of('liq_debug').filter(own))).toEqual([])
  })

  test('the last state files are those of the reference', () => {
    const { zones } = engines.state.heatmap
    const file = (path: string) => goldenJson(`${dir}/ref/${path}`)
    expect(differences(file('liq_active_zones.json'), zonesFile(zones, 'BTC', lastS))).toEqual([])
    const last = (name: string): unknown => (rows[name] ?? []).map((row: Row) => row.body).at(-1)
    expect(differences(file('liq_api_snapshot_v2.json'), last('v2_snapshots'))).toEqual([])
    expect(differences(file('liq_api_snapshot.json'), last('v1_snapshots'))).toEqual([])
  })
})
