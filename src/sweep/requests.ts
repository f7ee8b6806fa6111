/** Which trials are run together: those whose engines can stand on one ground (`engine-group.ts`). */
import { groundKeyOf } from '../engines/symbol/engine-group.ts'
import type { RungJob } from './rungs.ts'
import type { TrialRequest } from './trial-runner.ts'

/** More would share hardly better, and make a sweep slower to stop. */
const TOGETHER_MAX = 8
/** So many requests at least for each worker, so that none waits long for the last of another. */
const REQUESTS_PER_WORKER = 4

/** Results do not depend on how jobs are put together. `tapeKeys`: of the tapes, by their index. */
export function requestsOf(
  jobs: readonly RungJob[],
  { tapeKeys, workers }: { readonly tapeKeys: readonly string[]; readonly workers: number },
): readonly TrialRequest[] {
  const fair = Math.ceil(jobs.length / (workers * REQUESTS_PER_WORKER))
  const together = Math.min(TOGETHER_MAX, fair)
  const alike = new Map<string, RungJob[]>()
  for (const job of jobs) {
    const key = keyOf(job)
    const group = alike.get(key) ?? []
    alike.set(key, group)
    group.push(job)
  }
  const requests: TrialRequest[] = []
  for (const group of alike.values()) {
    const [first] = group
    if (first === undefined) continue
    const {
      windowCount,
      trial: { tapeKey },
    } = first
    for (let from = 0; from < group.length; from += together) {
      const trials = group.slice(from, from + together).map(({ trial: { trial, settings } }) => {
        return { trial, settings }
      })
      requests.push({ trials, tapeIndex: tapeKeys.indexOf(tapeKey), windowCount })
    }
  }
  return requests
}

const keyOf = ({ trial, windowCount }: RungJob): string => {
  const { tapeKey, settings } = trial
  return [windowCount, tapeKey, groundKeyOf(settings) ?? trial.trial].join('\n')
}
