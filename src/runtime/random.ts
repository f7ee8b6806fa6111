/** Chance, for what no replay sees: the spread of reconnects, the name of a run. */
import { randomUUID } from 'node:crypto'

/** From 0 up to, not including, 1. */
export const randomFraction = (): number => Math.random()

export const runId = (): string => randomUUID()
