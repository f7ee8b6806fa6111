/** `capture --plan`: what a capture would connect to, ask for and write. */
import { type ForecastOptions, forecastDisk } from '../capture/forecast.ts'
import { type CapturePlan, type PlanOptions, planCapture } from '../capture/plan.ts'
import { forecastText, planText } from '../capture/plan-text.ts'
import { parseKeep } from '../capture/retention.ts'
import { openStorage } from '../capture/storage.ts'
import { BINANCE } from '../capture/venues/binance.ts'
import { readManifest } from '../journal/recording-manifest.ts'
import type { ChosenSettings } from './options.ts'
import { print, printJson } from './output.ts'
import { pathOfRecording } from './recordings.ts'

export interface PlanArgv {
  readonly recording: string
  readonly 'ws-url': string | undefined
  readonly 'rest-url': string | undefined
  readonly keep: string | undefined
  readonly json: boolean
}

export const planOptions = (
  argv: PlanArgv,
  symbols: readonly string[],
  { weightPerMinuteMax, connections }: ChosenSettings['capture'],
): PlanOptions => ({
  symbols,
  wsUrl: argv['ws-url'],
  restUrl: argv['rest-url'],
  weightPerMinuteMax,
  connectionCopies: connections,
})

/** Where requests go: limits are kept by it. */
export const restAddressOf = (plan: CapturePlan): string =>
  new URL(plan.polls[0]?.url ?? BINANCE.restUrl).origin

export async function printPlan(
  argv: PlanArgv,
  symbols: readonly string[],
  { capture }: ChosenSettings,
): Promise<void> {
  const plan = planCapture(BINANCE, planOptions(argv, symbols, capture))
  const path = pathOfRecording(argv.recording)
  const forecast = forecastDisk(plan, BINANCE, {
    measured: await sealedSize(path),
    keepMs: argv.keep === undefined ? undefined : parseKeep(argv.keep),
    // Before the first recording there is no folder yet.
    freeBytes: await openStorage(path)
      .freeBytes()
      .catch(() => undefined),
  })
  if (argv.json) printJson({ ...plan, disk: forecast })
  else for (const line of [...planText(plan), ...forecastText(forecast)]) print(line)
}

/** What the sealed part of an earlier run took; nothing where there is none. */
async function sealedSize(path: string): Promise<ForecastOptions['measured']> {
  const segments = await readManifest(path).then(
    (manifest) => manifest.segments,
    () => [],
  )
  const startUs = segments.at(0)?.recvTimeUsMin ?? Number.NaN
  const endUs = segments.at(-1)?.recvTimeUsMax ?? Number.NaN
  if (!(endUs > startUs)) return undefined
  const storedBytes = segments.reduce((sum, segment) => sum + segment.storedBytes, 0)
  return { storedBytes, spanMs: (endUs - startUs) / 1000 }
}
