/** A seeded market as facts for an audit: what is tested decides where the zones lie. */
import type {
  AuditEvent,
  LiquidationFact,
  MinuteFact,
  ModelLayer,
  ZoneColumns,
} from '../../src/audits/audit-input.ts'
import type { AuditOptions } from '../../src/audits/audit-options.ts'
import { AUDIT_SETTINGS, type AuditSettings } from '../../src/audits/audit-settings.ts'
import { seededChance } from '../../src/audits/seeded-chance.ts'
import type { AuditSide, PerSide } from '../../src/audits/view-figures.ts'
import { defaultsOf } from '../../src/base/setting.ts'

export const SYMBOL = 'BTCUSDT'
export const FIRST_MINUTE = 29_000_000

export interface MadeUpMinute {
  readonly minute: number
  readonly bar: MinuteFact['bar']
  readonly liquidations: readonly LiquidationFact[]
}

/** Price walks; liquidations come where a minute goes far against a side, more or less by chance. */
export function madeUpMarket(minuteCount: number, seed: number): readonly MadeUpMinute[] {
  const chance = seededChance(seed)
  const normal = () => chance() + chance() + chance() + chance() - 2
  let closeUsd = 80_000
  let seq = 0
  return Array.from({ length: minuteCount }, (_, index) => {
    const minute = FIRST_MINUTE + index
    const openUsd = closeUsd
    closeUsd *= 1 + 0.0012 * normal()
    const highUsd = Math.max(openUsd, closeUsd) * (1 + 0.0004 * chance())
    const lowUsd = Math.min(openUsd, closeUsd) * (1 - 0.0004 * chance())
    const liquidations: LiquidationFact[] = []
    for (const side of ['long', 'short'] as const) {
      const depth = side === 'long' ? openUsd / lowUsd - 1 : highUsd / openUsd - 1
      const count = chance() < depth * 120 ? Math.floor(1 + 2 * chance()) : 0
      for (let n = 0; n < count; n += 1) {
        const extremeUsd = side === 'long' ? lowUsd : highUsd
        const priceUsd = extremeUsd + 0.5 * chance() * (openUsd - extremeUsd)
        seq += 1
        liquidations.push({
          ...liquidation(side, priceUsd, minute * 60 + 59 * chance()),
          seq,
          srcUsd: openUsd,
        })
      }
    }
    seq += 1
    return { minute, bar: { openUsd, highUsd, lowUsd, closeUsd }, liquidations }
  })
}

export const liquidation = (
  side: AuditSide,
  priceUsd: number,
  timeS: number,
  fields: Partial<LiquidationFact> = {},
): LiquidationFact => ({
  kind: 'liquidation',
  seq: 0,
  timeS,
  orderSymbol: SYMBOL,
  side,
  priceUsd,
  sizeBase: 0.1,
  notionalUsd: priceUsd * 0.1,
  srcUsd: priceUsd,
  ...fields,
})

/** Zones after the close of minute `index` of `market`. */
export type ZoneMaker = (
  market: readonly MadeUpMinute[],
  index: number,
) => PerSide<readonly number[]>

export function madeUpStream(
  market: readonly MadeUpMinute[],
  zonesAfter: ZoneMaker,
): readonly AuditEvent[] {
  let seq = 0
  return market.flatMap(({ liquidations, ...minute }, index) => {
    const facts: AuditEvent[] = [...liquidations].sort((a, b) => a.timeS - b.timeS)
    seq = Math.max(seq, ...facts.map((fact) => fact.seq)) + 1
    facts.push({ ...closeOf(minute, () => columnsOf(zonesAfter(market, index))), seq })
    return facts
  })
}

export const closeOf = (
  { minute, bar }: Pick<MadeUpMinute, 'minute' | 'bar'>,
  zonesOf: (layer: ModelLayer) => PerSide<ZoneColumns>,
  fields: Partial<MinuteFact> = {},
): MinuteFact => ({
  kind: 'minute',
  seq: 0,
  minute,
  timeS: (minute + 1) * 60,
  bar,
  buyBase: 5,
  sellBase: 5,
  tradeCount: 10,
  oiChange: 1,
  zonesOf,
  ...fields,
})

export const columnsOf = ({ long, short }: PerSide<readonly number[]>): PerSide<ZoneColumns> => ({
  long: { pricesUsd: long, strengths: long.map(() => 1) },
  short: { pricesUsd: short, strengths: short.map(() => 1) },
})

export const bar = (
  openUsd: number,
  highUsd: number,
  lowUsd: number,
  closeUsd: number,
): MinuteFact['bar'] => ({ openUsd, highUsd, lowUsd, closeUsd })

export const auditOptions = (
  settings: Partial<AuditSettings> = {},
  fields: Partial<AuditOptions> = {},
): AuditOptions => ({
  symbol: SYMBOL,
  profile: 'reference',
  settings: { ...defaultsOf(AUDIT_SETTINGS, 'reference'), ...settings },
  layers: [{ name: 'combined', strengthUsd: 100_000 }],
  disabledTiers: [10],
  fromSeq: 0,
  stepUsd: 20,
  compat: false,
  ...fields,
})
