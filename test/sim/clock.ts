/** Virtual time: whatever is to happen stands in one heap, and happens in its order. */

interface Planned {
  readonly atMs: number
  readonly order: number
  /** Nothing any more where it was cancelled. */
  task: (() => void) | undefined
}

/** Enough turns for a chain of promises in the code under test to come to its end. */
const TURNS = 10

export class SimClock {
  /** Since the simulation began. Unit: ms. Clock: monotonic. */
  timeMs = 0
  /** Wall time when the simulation began, as the recorder's clock shows it. It steps. */
  wallBaseMs: number
  /** Work that is not in virtual time, such as a real disk: awaited before time goes on. */
  settle: () => Promise<void> | undefined = () => undefined
  /** Called at each turn of the promises: a crash may come at any of them. */
  onTurn: () => void = () => {}
  #order = 0
  #plannedCount = 0
  readonly #heap: Planned[] = []

  constructor(wallBaseMs: number) {
    this.wallBaseMs = wallBaseMs
  }

  get wallMs(): number {
    return this.wallBaseMs + this.timeMs
  }

  /** What is still to happen, cancelled tasks not counted. */
  get plannedCount(): number {
    return this.#plannedCount
  }

  schedule(waitMs: number, task: () => void): () => void {
    this.#order += 1
    const planned: Planned = { atMs: this.timeMs + Math.max(0, waitMs), order: this.#order, task }
    this.#plannedCount += 1
    this.#push(planned)
    return () => {
      if (planned.task === undefined) return
      planned.task = undefined
      this.#plannedCount -= 1
    }
  }

  /** Lets time pass until `endMs`, or until `isOver`. */
  async run(endMs: number, isOver: () => boolean = () => false): Promise<void> {
    for (;;) {
      const next = this.#heap[0]
      if (next === undefined || next.atMs > endMs || isOver()) break
      this.#pop()
      const { task } = next
      if (task === undefined) continue
      next.task = undefined
      this.#plannedCount -= 1
      this.timeMs = Math.max(this.timeMs, next.atMs)
      task()
      await this.turns()
    }
    if (!isOver()) this.timeMs = Math.max(this.timeMs, endMs)
  }

  /** Lets everything run that waits for promises. */
  async turns(): Promise<void> {
    for (let turn = 0; turn < TURNS; turn += 1) {
      await Promise.resolve()
      this.onTurn()
    }
    const settling = this.settle()
    if (settling !== undefined) await settling
  }

  #push(planned: Planned): void {
    const heap = this.#heap
    let at = heap.push(planned) - 1
    while (at > 0) {
      const parent = (at - 1) >> 1
      const above = heap[parent]
      if (above === undefined || !isBefore(planned, above)) break
      heap[at] = above
      at = parent
    }
    heap[at] = planned
  }

  #pop(): void {
    const heap = this.#heap
    const last = heap.pop()
    if (last === undefined || heap.length === 0) return
    let at = 0
    for (;;) {
      let child = at * 2 + 1
      const left = heap[child]
      if (left === undefined) break
      const right = heap[child + 1]
      if (right !== undefined && isBefore(right, left)) child += 1
      const least = heap[child]
      if (least === undefined || !isBefore(least, last)) break
      heap[at] = least
      at = child
    }
    heap[at] = last
  }
}

const isBefore = (one: Planned, other: Planned): boolean =>
  one.atMs < other.atMs || (one.atMs === other.atMs && one.order < other.order)
