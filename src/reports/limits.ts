/** What no figure of a report says (`standard-profile.md` §5). */
import { list } from './markdown.ts'

export const limits = (): readonly string[] => [
  '## Limits',
  list([
    'One symbol and a week of a falling market stand behind the defaults of the standard model.',
    'The venue’s stream shows at most about one order a second: cascades saturate, and sums of notional are lower bounds.',
    'The inner path of a minute is unknown: positions opened and closed within one minute are outside every map.',
    'Scores are of the next minutes. At 15 to 60 minutes’ lead no map was found to add anything to “has price been here lately”, and no level pulls price towards it.',
    'All scores are conditional on where price went: they grade the map, and are no forecast of price.',
    'Intervals come from drawing two-hour blocks again and again (`audit.blockMinutes`, `audit.draws`, `audit.seed`). They know nothing of a market unlike the one that was recorded.',
  ]),
]
