/**
 * One route to the venue as a state machine: connecting, silence, back-off, gaps, and the
 * replacement of a connection before the venue cuts it. It decides; `link.ts` carries out.
 *
 * The session is changed in place, and a frame that changes nothing makes no object.
 */
import { assertNever } from '../base/assert.ts'
import type {
  Leg,
  Moment,
  Session,
  SessionConfig,
  SessionEffect,
  SessionInput,
} from './session-state.ts'

const NOTHING: readonly SessionEffect[] = []

/** A frame came on connection `id`. What is returned is done before the frame is recorded. */
export function hear(
  session: Session,
  id: number,
  monoMs: number,
  wallMs: number,
): readonly SessionEffect[] {
  const { active } = session
  if (active !== undefined && active.id === id) {
    active.heardMs = monoMs
    if (active.delivered) {
      session.lastFrameWallMs = wallMs
      return NOTHING
    }
    return firstFrame(session, active, wallMs)
  }
  const { successor, retiring } = session
  // While nobody else delivers, what the leaving one brings is what was heard last.
  if (retiring?.id === id && active?.delivered !== true) {
    session.lastFrameWallMs = wallMs
    session.leavingSpoke = true
  }
  if (successor === undefined || successor.id !== id) return NOTHING
  successor.heardMs = monoMs
  session.retiring = active
  session.retireMs = monoMs + session.config.handoverMs
  session.retireByMs = monoMs + Math.max(session.config.handoverMsMax, session.config.handoverMs)
  session.overlapped = false
  session.active = successor
  session.successor = undefined
  session.rotateMs = rotationOf(session.config, successor)
  return firstFrame(session, successor, wallMs)
}

export function step(session: Session, input: SessionInput, now: Moment): readonly SessionEffect[] {
  if (session.stopped) return NOTHING
  switch (input.kind) {
    case 'opened':
      return onOpened(session, input.id, now)
    case 'closed':
      return onClosed(session, input, now)
    case 'ticked':
      return onTicked(session, now)
    case 'paused':
      session.paused = true
      session.pausedMs = now.monoMs
      return NOTHING
    case 'resumed':
      return onResumed(session, now)
    case 'rotate':
      session.rotateAsked = session.active?.delivered === true
      session.rotateMs = Math.min(session.rotateMs, now.monoMs)
      return onTicked(session, now)
    case 'overlapped':
      session.overlapped = true
      return onTicked(session, now)
    case 'gaveUp':
      return onGaveUp(session, now)
    case 'stopped':
      return onStopped(session, now)
    default:
      return assertNever(input)
  }
}

/** When the session next has something to do if nothing happens. Unit: ms. Clock: monotonic. */
export function deadlineOf(session: Session): number {
  if (session.stopped) return Number.POSITIVE_INFINITY
  const { active, successor } = session
  const whenActive =
    active === undefined
      ? session.connectMs
      : Math.min(legDeadline(session, active), rotation(session))
  const whenSuccessor =
    successor === undefined ? Number.POSITIVE_INFINITY : legDeadline(session, successor)
  return Math.min(whenActive, whenSuccessor, retirement(session))
}

/** Whether `id` is the connection whose frames count, and not one about to leave. */
export const isActive = (session: Session, id: number): boolean => session.active?.id === id

function firstFrame(session: Session, leg: Leg, wallMs: number): readonly SessionEffect[] {
  // Beside a connection that still delivers the handover tells what is missing.
  const isHandover = session.retiring !== undefined && session.leavingSpoke
  const gap = isHandover ? NOTHING : gapUntil(session, wallMs)
  leg.delivered = true
  session.leavingSpoke = false
  session.failureCount = 0
  session.lostCause = ''
  session.lastFrameWallMs = wallMs
  return gap
}

function gapUntil(session: Session, toTimeMs: number): readonly SessionEffect[] {
  const { lostCause: cause, lastFrameWallMs } = session
  if (cause === '') return NOTHING
  // The wall clock may have stepped back meanwhile; a length of time is never negative.
  const fromTimeMs = Math.min(lastFrameWallMs, toTimeMs)
  return [{ kind: 'gap', cause, fromTimeMs, toTimeMs }]
}

function onOpened(session: Session, id: number, now: Moment): readonly SessionEffect[] {
  const leg = [session.active, session.successor].find((one) => one?.id === id)
  if (leg === undefined) return NOTHING
  const waitMs = now.monoMs - leg.sinceMs
  leg.open = true
  leg.sinceMs = now.monoMs
  leg.heardMs = now.monoMs
  if (leg === session.active) session.rotateMs = rotationOf(session.config, leg)
  return [{ kind: 'accepted', id, waitMs }]
}

function onClosed(
  session: Session,
  { id, code, reason }: Extract<SessionInput, { kind: 'closed' }>,
  now: Moment,
): readonly SessionEffect[] {
  const disconnected: SessionEffect = { kind: 'disconnected', id, code, reason }
  if (session.retiring?.id === id) {
    forgetRetiring(session)
    return [disconnected]
  }
  if (session.successor?.id === id) {
    loseSuccessor(session, now)
    return [disconnected]
  }
  if (session.active?.id !== id) return NOTHING
  loseActive(session, 'disconnect', now)
  return [disconnected]
}

function onTicked(session: Session, now: Moment): readonly SessionEffect[] {
  const effects: SessionEffect[] = []
  const { retiring } = session
  if (retiring !== undefined && now.monoMs >= retirement(session)) {
    effects.push(...ended(retiring, replacedReason(session)))
    forgetRetiring(session)
  }
  const { active, successor } = session
  if (successor !== undefined && now.monoMs >= legDeadline(session, successor)) {
    effects.push(...ended(successor, silenceOf(session, successor)))
    loseSuccessor(session, now)
  }
  if (active !== undefined && now.monoMs >= legDeadline(session, active)) {
    effects.push(...ended(active, silenceOf(session, active)))
    loseActive(session, active.open ? 'silence' : 'disconnect', now)
  }
  effects.push(...connectWhenDue(session, now))
  return effects
}

function connectWhenDue(session: Session, now: Moment): readonly SessionEffect[] {
  if (session.active === undefined) {
    if (now.monoMs < session.connectMs) return NOTHING
    session.active = newLeg(session, now)
    return [{ kind: 'connect', id: session.active.id }]
  }
  if (now.monoMs < rotation(session)) return NOTHING
  session.successor = newLeg(session, now)
  return [{ kind: 'connect', id: session.successor.id }]
}

/** As if its silence had lasted long enough. */
function onGaveUp(session: Session, now: Moment): readonly SessionEffect[] {
  const { active } = session
  if (active?.open !== true || session.paused) return NOTHING
  loseActive(session, 'silence', now)
  return [...ended(active, 'none of its streams delivers'), ...connectWhenDue(session, now)]
}

function onResumed(session: Session, now: Moment): readonly SessionEffect[] {
  session.paused = false
  // What was silent before goes on being so, however often we do not read for a moment.
  const pauseMs = now.monoMs - session.pausedMs
  for (const leg of [session.active, session.successor]) {
    if (leg !== undefined) leg.heardMs = Math.min(now.monoMs, leg.heardMs + pauseMs)
  }
  return NOTHING
}

function onStopped(session: Session, now: Moment): readonly SessionEffect[] {
  const effects = [...gapUntil(session, now.wallMs)]
  for (const leg of [session.retiring, session.active, session.successor]) {
    if (leg !== undefined) effects.push(...ended(leg, 'stopped'))
  }
  forgetRetiring(session)
  session.stopped = true
  return effects
}

/** The successor of a lost connection does not wait for its turn. */
function loseActive(session: Session, cause: 'disconnect' | 'silence', now: Moment): void {
  // An attempt that fails after a loss leaves the first cause standing.
  if (session.lostCause === '') session.lostCause = cause
  session.active = session.successor
  session.successor = undefined
  session.rotateAsked = false
  const next = session.active
  session.rotateMs =
    next?.open === true ? rotationOf(session.config, next) : Number.POSITIVE_INFINITY
  if (next === undefined) session.connectMs = now.monoMs + retryWait(session)
}

function loseSuccessor(session: Session, now: Moment): void {
  session.successor = undefined
  session.rotateMs = now.monoMs + retryWait(session)
}

/** Doubles with each failure in a row; half of it is random, so that routes do not return at once. */
function retryWait(session: Session): number {
  const { retryMsMin, retryMsMax, random } = session.config
  const waitMs = Math.min(retryMsMin * 2 ** session.failureCount, retryMsMax)
  session.failureCount += 1
  return waitMs / 2 + (random() * waitMs) / 2
}

function newLeg(session: Session, now: Moment): Leg {
  const id = session.nextId
  session.nextId += session.idStep
  return { id, sinceMs: now.monoMs, open: false, heardMs: now.monoMs, delivered: false }
}

const retirement = ({ retireMs, retireByMs, overlapped }: Session): number =>
  overlapped ? retireMs : retireByMs

const replacedReason = ({ rotateAsked, overlapped }: Session): string =>
  (rotateAsked ? 'replaced as asked' : 'replaced before its age limit') +
  (overlapped ? '' : ', without proof that nothing is missing')

function forgetRetiring(session: Session): void {
  session.retiring = undefined
  session.retireMs = Number.POSITIVE_INFINITY
  session.retireByMs = Number.POSITIVE_INFINITY
  session.rotateAsked = false
}

const rotationOf = (config: SessionConfig, leg: Leg): number =>
  leg.sinceMs + config.connectionAgeMsMax

/**
 * A successor is looked for only while there is somebody to succeed, no other candidate, and nobody who
 * is still leaving.
 */
const rotation = (session: Session): number =>
  session.active?.delivered === true &&
  session.successor === undefined &&
  session.retiring === undefined
    ? session.rotateMs
    : Number.POSITIVE_INFINITY

function legDeadline({ config, paused }: Session, leg: Leg): number {
  if (!leg.open) return leg.sinceMs + config.connectMsMax
  return paused ? Number.POSITIVE_INFINITY : leg.heardMs + config.silenceMsMax
}

const silenceOf = ({ config }: Session, leg: Leg): string =>
  leg.open ? `silent for ${config.silenceMsMax} ms` : `no answer in ${config.connectMsMax} ms`

const ended = ({ id }: Leg, reason: string): readonly SessionEffect[] => [
  { kind: 'terminate', id },
  { kind: 'disconnected', id, code: 0, reason },
]
