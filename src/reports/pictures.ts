/** The pictures of each kind of report, and the captions under them. */
import type { AuditView } from '../audits/audit-view.ts'
import { picture } from './markdown.ts'
import { missesPicture } from './picture-misses.ts'
import { observedPicture } from './picture-observed.ts'
import { pricePicture } from './picture-price.ts'
import { gainsPicture, hitsPicture } from './picture-rows.ts'
import { weightsPicture } from './picture-weights.ts'
import type { ReportFile, ReportKind } from './report.ts'
import { layerWord } from './words.ts'

export type PictureName = 'price' | 'weights' | 'observed' | 'gains' | 'hits' | 'misses'

const DRAW: Readonly<Record<PictureName, (view: AuditView) => string | undefined>> = {
  price: pricePicture,
  weights: weightsPicture,
  observed: observedPicture,
  gains: gainsPicture,
  hits: hitsPicture,
  misses: missesPicture,
}

const SHOWN: Readonly<Record<ReportKind, readonly PictureName[]>> = {
  'hit-rate': ['price', 'observed', 'gains', 'hits'],
  'median-miss': ['price', 'misses'],
  'disabled-tiers': ['weights'],
  full: ['price', 'observed', 'gains', 'hits', 'misses', 'weights'],
}

const TITLES: Readonly<Record<PictureName, string>> = {
  price: 'price, zones and liquidations',
  weights: 'weight of each leverage tier',
  observed: 'expected against observed liquidations',
  gains: 'hazard gain of maps and rivals',
  hits: 'hit rate against baselines',
  misses: 'miss distance',
}

const CAPTIONS: Readonly<Record<PictureName, (view: AuditView) => string>> = {
  price: ({ headline, pictures }) =>
    `Price, the strongest ${layerWord(headline.layer)} at each place of ${pictures.minutesPerPoint} min, and the largest liquidation of each place and side. Circles grow with notional.`,
  weights: () => 'Weight of each leverage tier over time.',
  observed: () =>
    'Liquidations that came, and those expected before they were known. Minutes that are not scored are left out.',
  gains: () => 'Hazard gain: what a map tells beyond a constant rate. Farther right is better.',
  hits: () =>
    'A hit rate says something only where it stands clear of the same events in matched minutes.',
  misses: () =>
    'Right of 0, price went further than the nearest zone; left of it, the liquidation came before.',
}

const nameOf = ({ symbol }: AuditView, name: PictureName): string => `${symbol}-${name}.svg`

export const picturesOf = (kind: ReportKind, view: AuditView): readonly ReportFile[] =>
  SHOWN[kind].flatMap((name) => {
    const text = DRAW[name](view)
    return text === undefined ? [] : [{ name: `img/${nameOf(view, name)}`, text }]
  })

/** Nothing where there was nothing to draw. */
export const pictured = (name: PictureName, view: AuditView): string | undefined =>
  DRAW[name](view) === undefined
    ? undefined
    : picture(nameOf(view, name), `${view.symbol}: ${TITLES[name]}`, CAPTIONS[name](view))
