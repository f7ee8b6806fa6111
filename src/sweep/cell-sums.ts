/** Sums of the cells of a trial, put together: what every score is made of. */
import type { Sums } from './objective.ts'
import type { TrialResult } from './trial.ts'

/** By symbol, then by cell. */
export type CellSums = readonly (readonly Sums[])[]

export const cellSumsOf = (result: TrialResult): CellSums =>
  Object.values(result.symbols).map(({ cells, misses }) =>
    cells.map((columns, place) => ({
      columns: Float64Array.from(columns),
      misses: Float64Array.from(misses[place] ?? []),
    })),
  )

/** Over the cells at `places`, by symbol. A cell may stand there more than once. */
export const pooled = (symbols: CellSums, places: ArrayLike<number>): readonly Sums[] =>
  symbols.map((cells) => pooledCells(cells, places))

function pooledCells(cells: readonly Sums[], places: ArrayLike<number>): Sums {
  const chosen = Array.from(places, (place) => cells[place]).filter((cell) => cell !== undefined)
  const columns = new Float64Array(chosen[0]?.columns.length ?? 0)
  const misses = new Float64Array(chosen.reduce((sum, cell) => sum + cell.misses.length, 0))
  let at = 0
  for (const cell of chosen) {
    for (let column = 0; column < columns.length; column += 1) {
      columns[column] = (columns[column] ?? 0) + (cell.columns[column] ?? 0)
    }
    misses.set(cell.misses, at)
    at += cell.misses.length
  }
  return { columns, misses }
}
