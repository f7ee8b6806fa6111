/** The rules by which golden cases compare: `compare.py` with its default tolerances. */
const RELATIVE = 1e-9
const ABSOLUTE = 1e-9

/** Where `ours` differs from `golden`: at most `differencesMax` lines of `path golden / ours`. */
export function differences(golden: unknown, ours: unknown, differencesMax = 20): string[] {
  const found: string[] = []
  walk(golden, ours, '', (difference) => {
    if (found.length < differencesMax) found.push(difference)
  })
  return found
}

function walk(
  golden: unknown,
  ours: unknown,
  path: string,
  differ: (difference: string) => void,
): void {
  if (typeof golden === 'number' && typeof ours === 'number') {
    const distance = Math.abs(golden - ours)
    const scale = Math.max(Math.abs(golden), Math.abs(ours))
    if (distance <= ABSOLUTE || distance <= RELATIVE * scale) return
    differ(`${path} ${golden} / ${ours}`)
  } else if (isTree(golden) && isTree(ours) && Array.isArray(golden) === Array.isArray(ours)) {
    for (const key of new Set([...Object.keys(golden), ...Object.keys(ours)])) {
      walk(golden[key], ours[key], `${path}.${key}`, differ)
    }
  } else if (golden !== ours) {
    differ(`${path} ${shown(golden)} / ${shown(ours)}`)
  }
}

const isTree = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null

const shown = (value: unknown): string => String(JSON.stringify(value)).slice(0, 200)
