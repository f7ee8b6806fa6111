/** A zone as one number: the index of its bucket and its side. */
import { roundHalfEven } from '../../base/numeric.ts'
import type { PositionSide } from './calibrator-state.ts'

export const zoneKey = (priceUsd: number, stepUsd: number, side: PositionSide): number =>
  roundHalfEven(priceUsd / stepUsd) * 2 + (side === 'short' ? 1 : 0)
