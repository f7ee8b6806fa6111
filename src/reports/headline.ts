/** The layer and the cell that verdicts are about. */
import type { AuditView } from '../audits/audit-view.ts'
import type { HitCell, LayerView } from '../audits/view-hits.ts'

export const headlineLayerOf = ({ layers, headline }: AuditView): LayerView | undefined =>
  layers.find(({ layer }) => layer === headline.layer)

export const headlineCellOf = (
  { headline }: Pick<AuditView, 'headline'>,
  layer: LayerView,
  side: 'both' | 'long' | 'short' = 'both',
): HitCell | undefined =>
  layer.hits[side].cells.find(
    ({ toleranceFraction, minAgeMinutes }) =>
      toleranceFraction === headline.toleranceFraction && minAgeMinutes === headline.minAgeMinutes,
  )
