/** Numbers in the sentences of findings. */
import { defined } from './defined.ts'
import type { Figure } from './view-figures.ts'
import type { LayerName } from './view-hits.ts'

export const percent = (value: number): string => `${(100 * value).toFixed(1)} %`

export const fixed = (value: number | undefined): string => value?.toFixed(2) ?? 'unknown'

export const plural = (count: number, word: string): string =>
  `${count} ${word}${count === 1 ? '' : 's'}`

export function figureFields({ value, interval, sampleCount }: Figure) {
  return defined({ value, low: interval?.low, high: interval?.high, sampleCount })
}

const LAYER_WORDS: Readonly<Record<LayerName, string>> = {
  tape: 'the tape',
  inference: 'the projections',
  combined: 'the combined map',
  v1: 'the V1 zones',
  zones: 'the zones',
  map: 'the map',
  fixedLevels: 'two fixed levels',
}

export const wordOf = (layer: LayerName): string => LAYER_WORDS[layer]

/** A sentence begins with a capital. */
export const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
