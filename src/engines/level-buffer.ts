/** Levels copied out of a ladder. Used again by its owner. */
export interface LevelBuffer {
  keys: Float64Array
  sizes: Float64Array
  births: Float64Array
  count: number
}

export function createLevelBuffer(capacity = 4096): LevelBuffer {
  return {
    keys: new Float64Array(capacity),
    sizes: new Float64Array(capacity),
    births: new Float64Array(capacity),
    count: 0,
  }
}

/** There must be room. */
export function putLevel(into: LevelBuffer, key: number, size: number, birth: number): void {
  into.keys[into.count] = key
  into.sizes[into.count] = size
  into.births[into.count] = birth
  into.count += 1
}
