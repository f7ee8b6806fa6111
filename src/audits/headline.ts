/** The layer and the cell that verdicts are about. */
import type { AuditView } from './audit-view.ts'
import type { HitCell, LayerView } from './view-hits.ts'

type Headlined = Pick<AuditView, 'headline'>

export function headlineLayerOf({
  layers,
  headline,
}: Headlined & Pick<AuditView, 'layers'>): LayerView | undefined {
  return layers.find(({ layer }) => layer === headline.layer)
}

export const headlineCellOf = (
  { headline }: Headlined,
  layer: LayerView,
  side: 'both' | 'long' | 'short' = 'both',
): HitCell | undefined =>
  layer.hits[side].cells.find(
    ({ toleranceFraction, minAgeMinutes }) =>
      toleranceFraction === headline.toleranceFraction && minAgeMinutes === headline.minAgeMinutes,
  )
