import type { CommandModule } from 'yargs'
import { RecorderError } from '../../base/errors.ts'
import { simulateMarket } from '../../exchange/simulate-market.ts'
import { jsonOption } from '../options.ts'
import { count, print, printJson } from '../output.ts'
import { startProgress } from '../progress.ts'
import { pathOfRecording } from '../recordings.ts'
import { writeRecording } from '../write-recording.ts'

interface Argv {
  readonly recording: string
  readonly seed: number
  readonly minutes: number | undefined
  readonly hours: number | undefined
  readonly days: number | undefined
  readonly symbols: string
  readonly start: string
  readonly json: boolean
}

const START = '2026-01-05T00:00:00Z'

/** `simulate`: a seeded market into a recording; the same options give the same bytes. */
export const simulateCommand: CommandModule<object, Argv> = {
  command: 'simulate',
  describe: 'Make a recording of a simulated market: same seed, same bytes',
  builder: {
    recording: { type: 'string', demandOption: true, requiresArg: true, describe: 'Its name' },
    seed: { type: 'number', default: 1, describe: 'Any whole number' },
    minutes: { type: 'number', describe: 'Length [default: 60]' },
    hours: { type: 'number', describe: 'Length in hours' },
    days: { type: 'number', describe: 'Length in days' },
    symbols: { type: 'string', default: 'BTCUSDT,ETHUSDT', describe: 'Contracts, with commas' },
    start: { type: 'string', default: START, describe: 'First moment, ISO 8601' },
    json: jsonOption,
  },
  handler: async (argv) => {
    const entryCount = await simulateRecording(pathOfRecording(argv.recording), {
      seed: argv.seed,
      symbols: symbolsOf(argv.symbols),
      startTimeMs: startOf(argv.start),
      minutes: minutesOf(argv),
    })
    if (argv.json) printJson({ recording: argv.recording, entryCount })
    else print(`${argv.recording}: ${count(entryCount)} entries of a market with seed ${argv.seed}`)
  },
}

/** Simulates into a new recording at `path`. Returns how many entries it has. */
export function simulateRecording(
  path: string,
  options: Parameters<typeof simulateMarket>[0],
): Promise<number> {
  const progress = startProgress('simulating', 'entries')
  return writeRecording(path, async (journal) => {
    let entryCount = 0
    const endTimeUs = (options.startTimeMs + options.minutes * 60_000) * 1000
    for (const batch of simulateMarket(options)) {
      for (const draft of batch) journal.append(draft)
      entryCount += batch.length
      await journal.flush()
      const share = 1 - (endTimeUs - (batch.at(-1)?.recvTimeUs ?? 0)) / (options.minutes * 6e7)
      progress.update(entryCount, Math.round(entryCount / Math.max(share, 1e-6)))
    }
    progress.end()
    return entryCount
  })
}

export function symbolsOf(text: string): string[] {
  const symbols = text
    .split(',')
    .map((symbol) => symbol.trim().toUpperCase())
    .filter((symbol) => symbol !== '')
  const wrong = symbols.find((symbol) => !/^[A-Z0-9]+(_[A-Z0-9]+)?$/.test(symbol))
  if (symbols.length === 0 || wrong !== undefined) {
    throw new RecorderError('USAGE', `--symbols wants names such as BTCUSDT, was "${text}"`)
  }
  return [...new Set(symbols)]
}

function minutesOf({ minutes, hours, days }: Argv): number {
  const total = (minutes ?? 0) + (hours ?? 0) * 60 + (days ?? 0) * 1440
  const wanted = minutes === undefined && hours === undefined && days === undefined ? 60 : total
  if (!(wanted > 0)) throw new RecorderError('USAGE', '--minutes must be above 0')
  return wanted
}

function startOf(text: string): number {
  const startTimeMs = Date.parse(text)
  if (Number.isNaN(startTimeMs)) {
    throw new RecorderError('USAGE', `--start must be ISO 8601, was "${text}"`)
  }
  return startTimeMs
}
