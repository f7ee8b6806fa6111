/** What the liquidation engines of a symbol are given once: settings read, and where records go. */
import type { Json } from '../reference-rows.ts'
import { createLevelGrid, type LevelGrid } from './level-grid.ts'
import { parseTiers, parseTierValues } from './leverage.ts'
import type { LiquidationSettings } from './liquidation-settings.ts'

/** The record streams of the reference; its file names without folder and `.jsonl`. */
export type RecordFile =
  | 'liq_tape'
  | 'liq_inference'
  | 'liq_sweeps'
  | 'liq_zones'
  | 'liq_cycles'
  | 'liq_debug'
  | 'plot_feed'
  | 'v1/liq_sweeps'

export type LiquidationRecord = { readonly [field: string]: Json }

/** Takes one record. Absent, no record is made at all. */
export type Emit = (file: RecordFile, record: LiquidationRecord) => void

export interface LiquidationContext {
  /** What records call it: the base asset, such as `BTC`. */
  readonly symbol: string
  readonly grid: LevelGrid
  readonly settings: LiquidationSettings
  readonly emit: Emit | undefined
  /** Tiers that nothing is projected on. */
  readonly disabledTiers: ReadonlySet<number>
  /** Tiers that no zone is made of. */
  readonly disabledZoneTiers: ReadonlySet<number>
  readonly zoneTierFactors: ReadonlyMap<number, number>
  /** Tiers that the tape sorts its samples into, ascending. */
  readonly sampleTiers: readonly number[]
  /** Tiers that tape learning asks about, in its order. */
  readonly learningTiers: readonly number[]
}

/** @throws {RecorderError} `SETTING_INVALID` for a list of tiers that cannot be read. */
export function createContext(
  symbol: string,
  stepUsd: number,
  settings: LiquidationSettings,
  emit: Emit | undefined,
): LiquidationContext {
  const { tape, inference, heatmap, zones } = settings
  const disabledTiers = new Set(parseTiers('inference.disabledTiers', inference.disabledTiers))
  return {
    symbol,
    grid: createLevelGrid(stepUsd),
    settings,
    emit,
    disabledTiers,
    disabledZoneTiers: new Set(parseTiers('zones.disabledTiers', zones.disabledTiers)),
    zoneTierFactors: parseTierValues('zones.tierFactors', zones.tierFactors),
    sampleTiers: parseTiers('tape.learningTiers', tape.learningTiers).sort((a, b) => a - b),
    learningTiers: parseTiers('heatmap.learningTiers', heatmap.learningTiers).filter(
      (tier) => heatmap.learnDisabledTiers || !disabledTiers.has(tier),
    ),
  }
}
