/** Settings of audits, `audit.*`: numbers that change a figure of a report, never a replay. */
import type { SettingSpecs, SettingsOf } from '../base/setting.ts'
import { count, fraction, quantity } from '../engines/calibration/declare.ts'

export const AUDIT_SETTINGS = {
  tolerances: {
    default: '0.001,0.0025,0.005,0.01',
    unit: 'fractions of price',
    doc: 'Distances from a zone that count as a hit, each a row of the hit tables.',
    why: 'audits.md §3.',
  },
  minAges: {
    default: '0,1,5,15',
    unit: 'minutes',
    doc: 'Least ages of zones at the event, each a column of the hit tables.',
    why: 'audits.md §9.4: instead of the reference’s lookbacks, which forget zones that live on.',
  },
  headlineTolerance: fraction(
    0.0025,
    'Tolerance of the cell that verdicts are about; one of tolerances.',
    'audits.md §9.6.',
    { min: 1e-5, max: 0.1 },
  ),
  headlineMinAge: quantity(
    'minutes',
    1,
    'Least age of the cell that verdicts are about; one of minAges.',
    'audits.md §9.6.',
    { min: 0, max: 1440 },
  ),
  headlineLayer: {
    default: 'zones',
    reference: 'combined',
    choices: ['zones', 'map', 'combined', 'inference', 'tape', 'v1'],
    unit: '',
    doc: 'Layer that verdicts and pictures are about.',
    why: 'What each profile shows as its prediction.',
  },
  levelShareMin: fraction(
    0.15,
    'A level of the standard map counts as a zone when it holds at least this share of the strongest.',
    'zones.floorFraction: every level expects something, and a map that is a zone everywhere hits everything.',
  ),
  fixedNear: fraction(
    0.004,
    'Distance beyond the last close of the nearer of two fixed levels.',
    'standard-profile.md §1: they hit 91 % of events.',
    { min: 1e-4, max: 0.1 },
  ),
  fixedFar: fraction(
    0.0055,
    'Distance beyond the last close of the farther of two fixed levels.',
    'standard-profile.md §1.',
    { min: 1e-4, max: 0.1 },
  ),
  bandFraction: fraction(
    0.02,
    'Height of the band beyond the close in which coverage is counted.',
    'audits.md §9.4.',
    { min: 0.001, max: 0.5 },
  ),
  deviationMax: fraction(
    0.15,
    'An order further than this from the price of its moment is no event of a metric.',
    'audits.md §9.3.',
    { min: 0.001, max: 1 },
  ),
  sampleMin: count(
    'samples',
    30,
    'Figures over fewer samples are marked as insufficient.',
    'audits.md §9.6.',
    { min: 1, max: 1_000_000 },
  ),
  draws: count(
    'draws',
    1000,
    'How often blocks are drawn for an interval.',
    'The ends of a 95 % interval stand on 25 draws each.',
    { min: 20, max: 100_000 },
  ),
  blockMinutes: count(
    'minutes',
    120,
    'Length of the blocks that are drawn.',
    'standard-profile.md §4: cascades last less.',
    { min: 1, max: 10_080 },
  ),
  seed: count('', 1, 'Seed of the draws.', 'Same input, same bytes.', {
    min: 0,
    max: 4_294_967_295,
  }),
  matchCount: count(
    'minutes',
    8,
    'How many similar minutes an event is matched with.',
    'standard-profile.md §4.',
    { min: 1, max: 1000 },
  ),
  matchAwayMinutes: count(
    'minutes',
    120,
    'Similar minutes nearer than this are passed over.',
    'standard-profile.md §4: they would meet the same zones.',
    { min: 1, max: 10_080 },
  ),
  matchPoolMax: count(
    'minutes',
    20_000,
    'How many minutes are kept to match with; beyond it every second one is let go.',
    'Two weeks: their zones are kept in memory, 5 kB a minute and layer.',
    { min: 100, max: 1_000_000 },
  ),
  touchFraction: fraction(0.001, 'Price this near has touched a zone.', 'audits.md §3.', {
    min: 0,
    max: 0.1,
  }),
  reactionBps: quantity(
    'bps',
    20,
    'A move of price after a touch that counts as a reaction, or as going on.',
    'audits.md §3.',
    { min: 0.1, max: 10_000 },
  ),
  reactionMinutes: count(
    'minutes',
    5,
    'Full minutes after the minute of a touch in which it must come.',
    'audits.md §9.4.',
    { min: 1, max: 1440 },
  ),
  listMax: count('entries', 200, 'Longest list of named entries.', 'A report is read by people.', {
    min: 1,
    max: 100_000,
  }),
  picturePoints: count(
    'points',
    600,
    'About how many places in time a picture has.',
    'A pixel each.',
    { min: 10, max: 10_000 },
  ),
} as const satisfies SettingSpecs

export type AuditSettings = SettingsOf<typeof AUDIT_SETTINGS>
