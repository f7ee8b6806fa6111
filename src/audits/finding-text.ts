/** Words and numbers in the sentences of findings. */
import { defined } from './defined.ts'
import { whole } from './number-text.ts'
import type { Figure } from './view-figures.ts'
import type { LayerName } from './view-hits.ts'

export const plural = (count: number, word: string): string =>
  `${whole(count)} ${word}${count === 1 ? '' : 's'}`

export function figureFields({ value, interval, sampleCount }: Figure) {
  return defined({ value, low: interval?.low, high: interval?.high, sampleCount })
}

export const LAYER_NAMES: Readonly<Record<LayerName, string>> = {
  tape: 'tape',
  inference: 'projections',
  combined: 'combined map',
  v1: 'V1 stress zones',
  zones: 'zones',
  map: 'map levels',
  fixedLevels: 'two fixed levels',
}

/** With its article, as the subject of a sentence has it. */
export const wordOf = (layer: LayerName): string =>
  layer === 'fixedLevels' ? LAYER_NAMES[layer] : `the ${LAYER_NAMES[layer]}`

/** Of a layer as engines name theirs too. */
export const isLayerName = (name: string): name is LayerName => name in LAYER_NAMES

const REASONS: Readonly<Record<string, string>> = {
  foreign: 'another contract',
  foreignSymbol: 'another contract',
  insane: 'impossible price',
  priceInsane: 'impossible price',
  notPositive: 'no price or no size',
  noPrice: 'no price of the market yet',
  duplicate: 'the same order again',
}

/** Why an order was rejected: ours, or the pipeline's own word. */
export const reasonWord = (reason: string): string => REASONS[reason] ?? reason

/** A sentence begins with a capital. */
export const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
