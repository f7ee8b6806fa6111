/**
 * What the latest depth messages changed: the key and the difference in size of each level. From
 * it come the figures about the last message, and the book as it stood some messages ago.
 */
export interface ChangeLog {
  /** Ring of ladder keys: bids as they are, asks negated. Its length is a power of two. */
  keys: Float64Array
  /** Ring of differences, after minus before. Unit: that of the book's sizes. */
  deltas: Float64Array
  /** How many changes were ever written; the next goes to this place of the ring. */
  written: number
  /** `lastUpdateId` and first change of each message in the ring of messages. */
  readonly messageIds: Float64Array
  readonly messageStarts: Float64Array
  messageCount: number
}

const CHANGES = 2048
/** Six seconds of depth at 100 ms: a REST reply is older than that only when it is of no use. */
const MESSAGES = 64

export function createChangeLog(): ChangeLog {
  return {
    keys: new Float64Array(CHANGES),
    deltas: new Float64Array(CHANGES),
    written: 0,
    messageIds: new Float64Array(MESSAGES),
    messageStarts: new Float64Array(MESSAGES),
    messageCount: 0,
  }
}

/** Begins the section of a message of at most `levelCount` levels. */
export function beginMessage(log: ChangeLog, lastUpdateId: number, levelCount: number): void {
  if (levelCount > log.keys.length) enlarge(log, levelCount)
  const at = log.messageCount & (MESSAGES - 1)
  log.messageIds[at] = lastUpdateId
  log.messageStarts[at] = log.written
  log.messageCount += 1
}

export function logChange(log: ChangeLog, key: number, delta: number): void {
  const at = log.written & (log.keys.length - 1)
  log.keys[at] = key
  log.deltas[at] = delta
  log.written += 1
}

/** Where the section of the last message begins. */
export function lastMessageStart(log: ChangeLog): number {
  return log.messageCount === 0
    ? log.written
    : (log.messageStarts[(log.messageCount - 1) & (MESSAGES - 1)] ?? log.written)
}

/** Which changes stand between a book as it was at an update id and the book as it is. */
export interface Rollback {
  /** Changes from here on were made after the message that covers the id. */
  readonly afterStart: number
  /** Changes from here to `afterStart` belong to that message, which also goes past the id. */
  readonly coveringStart: number
}

/** What to take back to stand at `updateId`; nothing when the log does not reach there. */
export function rollbackTo(log: ChangeLog, updateId: number): Rollback | undefined {
  const oldest = Math.max(0, log.messageCount - MESSAGES)
  let afterStart = log.written
  for (let message = log.messageCount - 1; message > oldest; message -= 1) {
    const id = log.messageIds[message & (MESSAGES - 1)] ?? 0
    const start = log.messageStarts[message & (MESSAGES - 1)] ?? 0
    const idBefore = log.messageIds[(message - 1) & (MESSAGES - 1)] ?? 0
    if (log.written - start > log.keys.length || id < updateId) return undefined
    if (id === updateId) return { afterStart, coveringStart: afterStart }
    if (idBefore < updateId) return { afterStart, coveringStart: start }
    afterStart = start
  }
  return undefined
}

/** Calls `visit` for each change from `start` up to `end`. */
export function eachChange(
  log: ChangeLog,
  start: number,
  end: number,
  visit: (key: number, delta: number) => void,
): void {
  const mask = log.keys.length - 1
  for (let place = start; place < end; place += 1) {
    visit(log.keys[place & mask] ?? 0, log.deltas[place & mask] ?? 0)
  }
}

/** Forgets all. Places start anew, so that equal contents are equal states. */
export function clearChangeLog(log: ChangeLog): void {
  log.written = 0
  log.messageCount = 0
}

/** Follows a change of the book's grid. */
export function rescaleChangeLog(log: ChangeLog, keyFactor: number, sizeFactor: number): void {
  for (let place = 0; place < log.keys.length; place += 1) {
    log.keys[place] = (log.keys[place] ?? 0) * keyFactor
    log.deltas[place] = (log.deltas[place] ?? 0) * sizeFactor
  }
}

function enlarge(log: ChangeLog, levelCount: number): void {
  let length = log.keys.length
  while (length < levelCount) length *= 2
  const keys = new Float64Array(length)
  const deltas = new Float64Array(length)
  const oldMask = log.keys.length - 1
  for (let place = Math.max(0, log.written - log.keys.length); place < log.written; place += 1) {
    keys[place & (length - 1)] = log.keys[place & oldMask] ?? 0
    deltas[place & (length - 1)] = log.deltas[place & oldMask] ?? 0
  }
  log.keys = keys
  log.deltas = deltas
}
