/** A number that a capture counts of itself, for whoever plots it. */
export interface CaptureFigure {
  /** Lower case, words joined by underscores, the unit last. */
  readonly name: string
  readonly kind: 'counter' | 'gauge'
  readonly help: string
  readonly value: number
}
