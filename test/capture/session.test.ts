import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { deadlineOf, hear, isActive, step } from '../../src/capture/session.ts'
import {
  type Moment,
  type Session,
  type SessionConfig,
  type SessionEffect,
  startSession,
} from '../../src/capture/session-state.ts'

const CONFIG: SessionConfig = {
  silenceMsMax: 10_000,
  connectMsMax: 5_000,
  retryMsMin: 500,
  retryMsMax: 30_000,
  connectionAgeMsMax: 600_000,
  handoverMs: 1_000,
  handoverMsMax: 10_000,
  random: () => 1,
}

const WALL_MS = 1_700_000_000_000
const at = (monoMs: number): Moment => ({ monoMs, wallMs: WALL_MS + monoMs })

/** A session that delivered its first frame at 100 ms, on connection 1. */
function delivering(config: SessionConfig = CONFIG): Session {
  const session = startSession(config, at(0), 1, 2)
  step(session, { kind: 'ticked' }, at(0))
  step(session, { kind: 'opened', id: 1 }, at(50))
  hear(session, 1, 100, WALL_MS + 100)
  return session
}

const kindsOf = (effects: readonly SessionEffect[]): readonly string[] =>
  effects.map(({ kind }) => kind)

describe('a session', () => {
  test('connects at once, and says how long the venue took to accept', () => {
    const session = startSession(CONFIG, at(0), 1, 2)
    expect(step(session, { kind: 'ticked' }, at(0))).toEqual([{ kind: 'connect', id: 1 }])
    expect(step(session, { kind: 'opened', id: 1 }, at(80))).toEqual([
      { kind: 'accepted', id: 1, waitMs: 80 },
    ])
  })

  test('makes nothing for a frame that changes nothing', () => {
    const session = delivering()
    const nothing = hear(session, 1, 200, WALL_MS + 200)
    expect(nothing).toEqual([])
    expect(hear(session, 1, 300, WALL_MS + 300)).toBe(nothing)
  })

  test('gives up a connection that the venue does not answer', () => {
    const session = startSession(CONFIG, at(0), 1, 2)
    step(session, { kind: 'ticked' }, at(0))
    expect(deadlineOf(session)).toBe(5_000)
    expect(step(session, { kind: 'ticked' }, at(5_000))).toEqual([
      { kind: 'terminate', id: 1 },
      { kind: 'disconnected', id: 1, code: 0, reason: 'no answer in 5000 ms' },
    ])
  })

  test('counts silence from the last frame, and from the opening before there was one', () => {
    const session = delivering()
    hear(session, 1, 7_000, WALL_MS + 7_000)
    expect(deadlineOf(session)).toBe(17_000)
    const fresh = startSession(CONFIG, at(0), 1, 2)
    step(fresh, { kind: 'ticked' }, at(0))
    step(fresh, { kind: 'opened', id: 1 }, at(50))
    expect(deadlineOf(fresh)).toBe(10_050)
  })

  test('is deaf to silence while it does not read itself', () => {
    const session = delivering()
    step(session, { kind: 'paused' }, at(1_000))
    expect(step(session, { kind: 'ticked' }, at(60_000))).toEqual([])
    step(session, { kind: 'resumed' }, at(60_000))
    // The 900 ms of silence before go on counting.
    expect(deadlineOf(session)).toBe(69_100)
  })

  test('forgets its failures with the first frame, not with the acceptance', () => {
    const session = delivering()
    step(session, { kind: 'closed', id: 1, code: 1006, reason: '' }, at(1_000))
    expect(session.connectMs).toBe(1_500)
    step(session, { kind: 'ticked' }, at(1_500))
    step(session, { kind: 'opened', id: 3 }, at(1_600))
    step(session, { kind: 'closed', id: 3, code: 1006, reason: '' }, at(1_700))
    expect(session.connectMs).toBe(2_700)
    step(session, { kind: 'ticked' }, at(2_700))
    step(session, { kind: 'opened', id: 5 }, at(2_800))
    hear(session, 5, 2_900, WALL_MS + 2_900)
    step(session, { kind: 'closed', id: 5, code: 1006, reason: '' }, at(3_000))
    expect(session.connectMs).toBe(3_500)
  })

  test('waits at least half of its time, however the dice fall', () => {
    const session = delivering({ ...CONFIG, random: () => 0 })
    step(session, { kind: 'closed', id: 1, code: 1006, reason: '' }, at(1_000))
    expect(session.connectMs).toBe(1_250)
  })

  test('says a gap whose wall clock stepped back as one without length', () => {
    const session = delivering()
    step(session, { kind: 'closed', id: 1, code: 1006, reason: '' }, at(1_000))
    step(session, { kind: 'ticked' }, at(1_500))
    step(session, { kind: 'opened', id: 3 }, at(1_600))
    const back = WALL_MS - 60_000
    expect(hear(session, 3, 1_700, back)).toEqual([
      { kind: 'gap', cause: 'disconnect', fromTimeMs: back, toTimeMs: back },
    ])
  })
})

describe('before its age limit', () => {
  function rotating(): Session {
    const session = delivering()
    hear(session, 1, 600_000, WALL_MS + 600_000)
    expect(step(session, { kind: 'ticked' }, at(600_050))).toEqual([{ kind: 'connect', id: 3 }])
    return session
  }

  test('the successor takes over with its first frame, and the old one stays a moment', () => {
    const session = rotating()
    step(session, { kind: 'opened', id: 3 }, at(600_100))
    expect(isActive(session, 1)).toBe(true)
    expect(hear(session, 3, 600_200, WALL_MS + 600_200)).toEqual([])
    expect(isActive(session, 3)).toBe(true)
    step(session, { kind: 'overlapped' }, at(600_300))
    expect(deadlineOf(session)).toBe(601_200)
    expect(step(session, { kind: 'ticked' }, at(601_200))).toEqual([
      { kind: 'terminate', id: 1 },
      { kind: 'disconnected', id: 1, code: 0, reason: 'replaced before its age limit' },
    ])
  })

  test('the old one stays longer until both delivered the same ids, but not for ever', () => {
    const session = rotating()
    step(session, { kind: 'opened', id: 3 }, at(600_100))
    hear(session, 3, 600_200, WALL_MS + 600_200)
    expect(step(session, { kind: 'ticked' }, at(605_000))).toEqual([])
    hear(session, 3, 609_000, WALL_MS + 609_000)
    const reason = 'replaced before its age limit, without proof that nothing is missing'
    expect(step(session, { kind: 'ticked' }, at(610_200))).toEqual([
      { kind: 'terminate', id: 1 },
      { kind: 'disconnected', id: 1, code: 0, reason },
    ])
  })

  test('a replacement can be asked for, and nobody is looked for while somebody still leaves', () => {
    const session = delivering()
    expect(step(session, { kind: 'rotate' }, at(1_000))).toEqual([{ kind: 'connect', id: 3 }])
    expect(step(session, { kind: 'rotate' }, at(1_001))).toEqual([])
    step(session, { kind: 'opened', id: 3 }, at(1_100))
    hear(session, 3, 1_200, WALL_MS + 1_200)
    expect(step(session, { kind: 'rotate' }, at(1_300))).toEqual([])
    step(session, { kind: 'overlapped' }, at(1_400))
    expect(step(session, { kind: 'ticked' }, at(2_200))).toEqual([
      { kind: 'terminate', id: 1 },
      { kind: 'disconnected', id: 1, code: 0, reason: 'replaced as asked' },
      { kind: 'connect', id: 5 },
    ])
  })

  test('an old connection that the venue ends by itself leaves nothing to do', () => {
    const session = rotating()
    step(session, { kind: 'opened', id: 3 }, at(600_100))
    hear(session, 3, 600_200, WALL_MS + 600_200)
    step(session, { kind: 'closed', id: 1, code: 1001, reason: '' }, at(600_300))
    expect(deadlineOf(session)).toBe(610_200)
  })

  test('a successor that fails is tried again, and the old one goes on', () => {
    const session = rotating()
    expect(
      kindsOf(step(session, { kind: 'closed', id: 3, code: 0, reason: '' }, at(600_100))),
    ).toEqual(['disconnected'])
    expect(isActive(session, 1)).toBe(true)
    hear(session, 1, 600_500, WALL_MS + 600_500)
    expect(step(session, { kind: 'ticked' }, at(600_600))).toEqual([{ kind: 'connect', id: 5 }])
  })

  test('the successor of a connection that is lost meanwhile is the next one, with a gap', () => {
    const session = rotating()
    step(session, { kind: 'opened', id: 3 }, at(600_100))
    step(session, { kind: 'closed', id: 1, code: 1006, reason: '' }, at(600_150))
    expect(hear(session, 3, 600_200, WALL_MS + 600_200)).toEqual([
      {
        kind: 'gap',
        cause: 'disconnect',
        fromTimeMs: WALL_MS + 600_000,
        toTimeMs: WALL_MS + 600_200,
      },
    ])
  })
})

// Goal: whatever a network does, no loss is without its gap, no gap without a loss, no socket is
// forgotten, and in fair weather the session delivers again. Method: random weather against a model
// that knows only which connections the venue holds open, and what was heard on them last.
describe('in foul weather', () => {
  const weather = fc.array(
    fc.record({
      waitMs: fc.integer({ min: 0, max: 12_000 }),
      event: fc.constantFrom(
        ...['tick', 'frame', 'frame', 'frame', 'open', 'open', 'cut', 'pause'],
        ...['rotate', 'overlapped', 'gaveUp'],
      ),
      which: fc.nat(2),
    }),
    { minLength: 1, maxLength: 200 },
  )
  const config = { ...CONFIG, connectionAgeMsMax: 40_000 }

  test('every loss of frames is one gap, from the last frame on, and no socket is forgotten', () => {
    fc.assert(
      fc.property(weather, fc.boolean(), (events, late) => {
        const model = new Model(config)
        for (const { waitMs, event, which } of events) model.happen(waitMs, event, which)
        if (late) model.step({ kind: 'resumed' })
        expect(model.faults).toEqual([])
      }),
      { numRuns: 500 },
    )
  })

  test('it finds its own way back when the weather turns fair', () => {
    fc.assert(
      fc.property(weather, (events) => {
        const model = new Model(config)
        for (const { waitMs, event, which } of events) model.happen(waitMs, event, which)
        model.step({ kind: 'resumed' })
        for (let turn = 0; turn < 400; turn += 1) model.fair()
        expect(model.session.active?.delivered).toBe(true)
        expect(model.session.lostCause).toBe('')
        expect(model.held.size).toBeLessThanOrEqual(3)
        expect(model.faults).toEqual([])
      }),
      { numRuns: 200 },
    )
  })
})

class Model {
  readonly session: Session
  readonly faults: string[] = []
  /** Connections that the venue holds, by id: accepted or not yet. */
  readonly held = new Map<number, { open: boolean }>()
  #nowMs = 0
  #lastHeardMs = 0
  #lost: boolean = false

  constructor(config: SessionConfig) {
    this.session = startSession(config, at(0), 1, 1)
    this.step({ kind: 'ticked' })
  }

  happen(waitMs: number, event: string, which: number): void {
    this.#nowMs += waitMs
    const ids = [...this.held.keys()]
    const id = ids[which % Math.max(ids.length, 1)]
    if (event === 'tick') this.step({ kind: 'ticked' })
    if (event === 'pause') this.step({ kind: this.session.paused ? 'resumed' : 'paused' })
    if (event === 'rotate' || event === 'overlapped' || event === 'gaveUp')
      this.step({ kind: event })
    if (id === undefined) return
    if (event === 'frame') this.#frame(id)
    if (event === 'open') this.#open(id)
    if (event === 'cut') {
      this.held.delete(id)
      this.step({ kind: 'closed', id, code: 1006, reason: '' })
    }
  }

  /** The venue accepts and speaks, and each deadline is met. */
  fair(): void {
    this.#nowMs += 100
    if (this.#nowMs >= deadlineOf(this.session)) this.step({ kind: 'ticked' })
    for (const id of [...this.held.keys()]) {
      this.#open(id)
      this.#frame(id)
    }
  }

  step(input: Parameters<typeof step>[1]): void {
    const activeId = this.session.active?.id
    for (const effect of step(this.session, input, at(this.#nowMs))) this.#take(effect, activeId)
    const known = [this.session.active, this.session.successor, this.session.retiring]
    for (const id of this.held.keys()) {
      if (!known.some((leg) => leg?.id === id)) this.faults.push(`forgot connection ${id}`)
    }
  }

  #open(id: number): void {
    const connection = this.held.get(id)
    if (connection === undefined || connection.open) return
    connection.open = true
    this.step({ kind: 'opened', id })
  }

  #frame(id: number): void {
    if (this.held.get(id)?.open !== true) return
    const wallMs = WALL_MS + this.#nowMs
    const gaps = hear(this.session, id, this.#nowMs, wallMs)
    if (!isActive(this.session, id)) {
      if (gaps.length > 0) this.faults.push('a gap on a connection that does not count')
      return
    }
    const expected = this.#lost ? [[WALL_MS + this.#lastHeardMs, wallMs]] : []
    const said = gaps.map((gap) =>
      gap.kind === 'gap' ? [gap.fromTimeMs, gap.toTimeMs] : [gap.kind],
    )
    if (JSON.stringify(said) !== JSON.stringify(expected)) {
      this.faults.push(`gaps ${JSON.stringify(said)}, should be ${JSON.stringify(expected)}`)
    }
    this.#lost = false
    this.#lastHeardMs = this.#nowMs
  }

  #take(effect: SessionEffect, activeId: number | undefined): void {
    if (effect.kind === 'connect') {
      if (this.held.has(effect.id)) this.faults.push(`id ${effect.id} is used twice`)
      this.held.set(effect.id, { open: false })
    }
    if (effect.kind === 'terminate' && !this.held.delete(effect.id)) {
      this.faults.push(`terminates ${effect.id}, which is not there`)
    }
    if (effect.kind === 'disconnected' && effect.id === activeId) this.#lost = true
  }
}
