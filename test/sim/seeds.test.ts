// Goal: whatever a venue, a network, a clock and a disk do, nothing that was acknowledged is lost,
// every loss is told with its cause, and the state is right outside gaps. Method: the real daemon,
// gate, engines and pipeline in virtual time, one seed after the other, each judged by checkers
// that know the truth (`check.ts`). `planted.test.ts` sees each of them fail.
//
// `SEED=n` runs one again. `SEEDS=10000` is what a release must pass; `SEED_BASE=n` says where to begin.
import { expect, test } from 'vitest'
import { describeVerdict, simulate, type Verdict } from './check.ts'

const only = process.env['SEED']
const count = only === undefined ? Number(process.env['SEEDS'] ?? 200) : 1
/** Fresh ones each time, and never those of the run before. */
const freshBase = Math.floor(Date.now() / 1000) * 100_000
const base = Number(only ?? process.env['SEED_BASE'] ?? freshBase)
const FAILURES_SHOWN = 20

test(`${count} seeds from ${base} on hold every promise`, { timeout: 3_600_000 }, async () => {
  const failures: string[] = []
  const sums = { entryCount: 0, bookCount: 0, minuteCount: 0, digestCount: 0, runCount: 0 }
  const startUs = process.cpuUsage()
  for (let seed = base; seed < base + count && failures.length < FAILURES_SHOWN; seed += 1) {
    const verdict = await simulate({ seed })
    if (verdict.violations.length > 0) failures.push(describeVerdict(verdict))
    for (const name of Object.keys(sums) as (keyof typeof sums & keyof Verdict)[]) {
      sums[name] += verdict[name]
    }
  }
  const { user, system } = process.cpuUsage(startUs)
  const msPerSeed = ((user + system) / 1000 / count).toFixed(1)
  process.stdout.write(
    `seeds ${base} to ${base + count - 1}: ${msPerSeed} ms each; ${JSON.stringify(sums)}\n`,
  )
  expect(failures.join('\n')).toBe('')
  // A checker that compares nothing finds nothing.
  expect(sums.bookCount).toBeGreaterThan(count)
  if (count >= 100) expect(Math.min(...Object.values(sums))).toBeGreaterThan(0)
})
