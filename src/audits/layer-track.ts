/**
 * The zones of one side of one layer through time: which stand at the start of the open minute,
 * which came to be since, and what became of each. An event can only meet what is here when it comes.
 */
import type { ZoneColumns } from './audit-input.ts'
import { type Nearest, NO_ZONES, nearestZone, type StandingZones } from './standing-zones.ts'
import type { AuditSide } from './view-figures.ts'

/** What happened to a zone, as bits. */
export const FATE = {
  touched: 1,
  confirmed: 2,
  ended: 4,
  judged: 8,
  reacted: 16,
  continued: 32,
  overGap: 64,
} as const

/** All zones born in the range, in the order of birth, as columns. */
export interface ZoneLog {
  readonly birthStrengths: number[]
  /** Of {@link FATE}. */
  readonly fates: number[]
  readonly touchStrengths: number[]
  /** Unit: minutes since 1970; `NaN` while it was not touched. */
  readonly touchMinutes: number[]
  readonly birthMinutes: number[]
}

interface Life {
  readonly priceUsd: number
  readonly triggerLowUsd: number
  readonly triggerHighUsd: number
  /** Of its orders. */
  readonly lowUsd: number
  readonly highUsd: number
  readonly strength: number
  readonly bornS: number
  readonly bornSeq: number
  /** Place in the log; below 0 while it is too weak to be a zone, or when it became one before the range. */
  readonly place: number
  readonly wasZone: boolean
  readonly touchMinute: number
}

type OpenLife = { -readonly [K in keyof Life]: Life[K] } & { seen: number }

export interface PendingReaction {
  readonly place: number
  readonly zoneUsd: number
  readonly untilMinute: number
  highUsd: number
  lowUsd: number
}

export interface SideTrack {
  readonly side: AuditSide
  readonly lives: Map<number, OpenLife>
  /** Those strong enough, at the start of the open minute. */
  standing: StandingZones
  /** Of `standing`, in its order. */
  standingKeys: Float64Array
  triggerLowsUsd: Float64Array
  triggerHighsUsd: Float64Array
  /** Born since, with the sequence of their birth. */
  readonly added: OpenLife[]
  readonly log: ZoneLog
  readonly pending: PendingReaction[]
  /** The last minute whose bar took a zone. */
  lastSweptMinute: number
  generation: number
}

export const createSideTrack = (side: AuditSide): SideTrack => ({
  side,
  lives: new Map(),
  standing: NO_ZONES,
  standingKeys: new Float64Array(0),
  triggerLowsUsd: new Float64Array(0),
  triggerHighsUsd: new Float64Array(0),
  added: [],
  log: {
    birthStrengths: [],
    fates: [],
    touchStrengths: [],
    touchMinutes: [],
    birthMinutes: [],
  },
  pending: [],
  lastSweptMinute: Number.NEGATIVE_INFINITY,
  generation: 0,
})

/** Those that an event of `seq` can meet: never what its own entry made. */
export function nearestAlive(
  track: SideTrack,
  priceUsd: number,
  seq: number,
  bornSMax: number,
): Nearest {
  let nearest = nearestZone(track.standing, priceUsd, bornSMax)
  for (const life of track.added) {
    if (life.bornSeq >= seq || !(life.bornS <= bornSMax)) continue
    const nearestUsd = Math.max(life.lowUsd, Math.min(life.highUsd, priceUsd))
    const distance = Math.abs(priceUsd - nearestUsd) / priceUsd
    if (distance >= nearest.distance) continue
    nearest = { distance, priceUsd: nearestUsd, bornS: life.bornS }
  }
  return nearest
}

/** What stood between `lowUsd` and `highUsd`: of a zone with a height, the share within. */
export function massBetween(
  { triggerLowsUsd, triggerHighsUsd, standing }: SideTrack,
  lowUsd: number,
  highUsd: number,
): number {
  let mass = 0
  for (let place = 0; place < triggerLowsUsd.length; place += 1) {
    const fromUsd = triggerLowsUsd[place] ?? 0
    const toUsd = triggerHighsUsd[place] ?? 0
    if (toUsd < lowUsd || fromUsd > highUsd) continue
    const overlapUsd = Math.min(toUsd, highUsd) - Math.max(fromUsd, lowUsd)
    const share = toUsd > fromUsd ? overlapUsd / (toUsd - fromUsd) : 1
    mass += share * (standing.strengths[place] ?? 0)
  }
  return mass
}

export interface Birth {
  readonly key: number
  readonly priceUsd: number
  readonly strength: number
  readonly bornS: number
  readonly bornSeq: number
  /** The first minute that it stands from start to end. */
  readonly firstMinute: number
}

/** A zone that came to be between two closes; one that is there already is left as it is. */
export function addZone(track: SideTrack, birth: Birth, counted: boolean): void {
  if (track.lives.has(birth.key)) return
  const life = lifeOf(birth, track.generation)
  life.wasZone = true
  if (counted) life.place = logBirth(track, birth.strength, birth.firstMinute)
  track.lives.set(birth.key, life)
  track.added.push(life)
}

export interface CloseOfZones {
  readonly columns: ZoneColumns
  /** Weaker ones are no zones. */
  readonly strengthMin: number
  readonly seq: number
  readonly timeS: number
  /** The minute that begins. */
  readonly openMinute: number
  readonly counted: boolean
}

/** Takes the zones as they stand after a close: finds births and ends. */
export function takeZones(track: SideTrack, close: CloseOfZones): void {
  const { columns, openMinute, counted, strengthMin } = close
  track.generation += 1
  track.added.length = 0
  const standing: OpenLife[] = []
  const keys: number[] = []
  for (let index = 0; index < columns.pricesUsd.length; index += 1) {
    const key = columns.ids?.[index] ?? columns.pricesUsd[index] ?? 0
    const life = lifeAt(track, close, index, key)
    if (life.strength < strengthMin) continue
    if (!life.wasZone) {
      life.wasZone = true
      if (counted) life.place = logBirth(track, life.strength, openMinute)
    }
    keys.push(key)
    standing.push(life)
  }
  endUnseen(track)
  stand(track, keys, standing)
}

/** The life of the zone at `index`, brought up to date. */
function lifeAt(
  track: SideTrack,
  { columns, seq, timeS, openMinute }: CloseOfZones,
  index: number,
  key: number,
): OpenLife {
  const priceUsd = columns.pricesUsd[index] ?? 0
  const strength = columns.strengths[index] ?? 0
  let life = track.lives.get(key)
  if (life === undefined) {
    const bornS = columns.bornTimesS?.[index] ?? timeS
    const birth = { key, priceUsd, strength, bornS, bornSeq: seq, firstMinute: openMinute }
    life = lifeOf(birth, track.generation)
    track.lives.set(key, life)
  }
  life.seen = track.generation
  life.priceUsd = priceUsd
  life.triggerLowUsd = columns.triggerLowsUsd?.[index] ?? priceUsd
  life.triggerHighUsd = columns.triggerHighsUsd?.[index] ?? priceUsd
  life.lowUsd = columns.orderLowsUsd?.[index] ?? priceUsd
  life.highUsd = columns.orderHighsUsd?.[index] ?? priceUsd
  life.strength = strength
  return life
}

function lifeOf(birth: Birth, seen: number): OpenLife {
  const { priceUsd, strength, bornS, bornSeq } = birth
  const unborn = { place: -1, wasZone: false, touchMinute: Number.NaN }
  const point = { triggerLowUsd: priceUsd, triggerHighUsd: priceUsd }
  const stretch = { ...point, lowUsd: priceUsd, highUsd: priceUsd }
  return { priceUsd, ...stretch, strength, bornS, bornSeq, seen, ...unborn }
}

function logBirth({ log }: SideTrack, strength: number, minute: number): number {
  log.birthStrengths.push(strength)
  log.fates.push(0)
  log.touchStrengths.push(0)
  log.touchMinutes.push(Number.NaN)
  log.birthMinutes.push(minute)
  return log.fates.length - 1
}

function endUnseen(track: SideTrack): void {
  for (const [key, life] of track.lives) {
    if (life.seen === track.generation) continue
    track.lives.delete(key)
    if (life.place >= 0) mark(track.log, life.place, FATE.ended)
  }
}

function stand(track: SideTrack, keys: readonly number[], lives: readonly OpenLife[]): void {
  const order = ascendingOrder(lives)
  const column = () => new Float64Array(lives.length)
  const [standingKeys, triggerLowsUsd, triggerHighsUsd] = [column(), column(), column()]
  const [pricesUsd, lowsUsd, highsUsd] = [column(), column(), column()]
  const [strengths, bornS] = [column(), column()]
  // A plain loop: this runs for every layer and minute.
  for (let place = 0; place < lives.length; place += 1) {
    const index = order === undefined ? place : (order[place] ?? 0)
    const life = lives[index]
    if (life === undefined) continue
    standingKeys[place] = keys[index] ?? 0
    triggerLowsUsd[place] = life.triggerLowUsd
    triggerHighsUsd[place] = life.triggerHighUsd
    pricesUsd[place] = life.priceUsd
    lowsUsd[place] = life.lowUsd
    highsUsd[place] = life.highUsd
    strengths[place] = life.strength
    bornS[place] = life.bornS
  }
  Object.assign(track, { standingKeys, triggerLowsUsd, triggerHighsUsd })
  track.standing = { pricesUsd, lowsUsd, highsUsd, strengths, bornS }
}

/** Nothing where they ascend already, as most do. */
function ascendingOrder(lives: readonly OpenLife[]): readonly number[] | undefined {
  const priceOf = (index: number) => lives[index]?.priceUsd ?? 0
  for (let index = 1; index < lives.length; index += 1) {
    if (priceOf(index) >= priceOf(index - 1)) continue
    return [...lives.keys()].sort((a, b) => priceOf(a) - priceOf(b))
  }
  return undefined
}

export function mark(log: ZoneLog, place: number, fate: number): void {
  log.fates[place] = (log.fates[place] ?? 0) | fate
}
