/** A plan for a reader, line by line: `capture --plan`. */
import type { DiskForecast } from './forecast.ts'
import type { CapturePlan } from './plan.ts'

export function planText(plan: CapturePlan): readonly string[] {
  const { connections, connectionCopies, sentPerSecondMax } = plan
  return [
    `${plan.venue}: ${plan.symbols.join(', ')}`,
    ...connections.flatMap(({ route, url, streams }) => [
      `${route} ${url.slice(0, url.indexOf('?'))}, ${streams.length} streams`,
      ...streams.map(({ name, channel }) => `  ${name} -> ${channel}`),
    ]),
    `${connections.length * connectionCopies} connections` +
      (connectionCopies > 1 ? `, each route ${connectionCopies} times` : '') +
      `; subscribed by address, so that 0 of ${sentPerSecondMax} messages a second are sent`,
    `REST ${plan.weightPerMinute.toFixed(1)} of ${plan.weightPerMinuteMax} weight a minute` +
      `, ${plan.statisticsPerWindow.toFixed(0)} of ${plan.statisticsPerWindowMax} ratio requests in ${plan.statisticsWindowMs / 60_000} min`,
    ...plan.polls.map(
      ({ url, everyMs, weight }) => `  ${url} each ${everyMs / 1000} s, weight ${weight}`,
    ),
  ]
}

export function forecastText(forecast: DiskForecast): readonly string[] {
  const { source, bytesPerDay, bytesPerMonth, bytesPerYear, keptBytes, fullAfterDays } = forecast
  const basis =
    source === 'measured'
      ? 'as the recording took so far'
      : `by an active contract each, ${forecast.framesPerSecond.toFixed(0)} frames/s in all`
  const lines = [
    `disk ${gigabytes(bytesPerDay)} a day, ${gigabytes(bytesPerMonth)} in 30 days, ${gigabytes(bytesPerYear)} a year, ${basis}`,
  ]
  lines.push(
    keptBytes === null
      ? '  nothing is deleted: pass --keep 30d to keep 30 days'
      : `  with retention ${gigabytes(keptBytes)} stay on disk`,
  )
  if (fullAfterDays !== null)
    lines.push(`  the disk is full after ${fullAfterDays.toFixed(1)} days`)
  return lines
}

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(2)} GB`
