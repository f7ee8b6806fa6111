import type { CommandModule } from 'yargs'
import { RecorderError } from '../../base/errors.ts'
import { findSymbol } from '../../projections/symbol-name.ts'
import { openRecording, type Recording } from '../../replay/recording.ts'
import { type TraceStep, type TraceTarget, trace } from '../../replay/trace.ts'
import { nowUs } from '../../runtime/clock.ts'
import { onShutdown } from '../../runtime/shutdown.ts'
import {
  chosenSettings,
  jsonOption,
  recordingOption,
  type SettingArgv,
  settingOptions,
} from '../options.ts'
import { count, print, printJson } from '../output.ts'
import { startProgress } from '../progress.ts'
import { findRecording } from '../recordings.ts'

interface Argv extends SettingArgv {
  readonly recording: string | undefined
  readonly symbol: string | undefined
  readonly zone: string | undefined
  readonly calibration: number | undefined
  readonly json: boolean
}

/** `trace`: the entries behind a zone or a calibration. */
export const traceCommand: CommandModule<object, Argv> = {
  command: 'trace',
  describe: 'Follow a zone or a calibration back to the payloads that made it',
  builder: {
    recording: recordingOption,
    symbol: { type: 'string', requiresArg: true, describe: 'BTC or BTCUSDT [default: BTC]' },
    zone: {
      type: 'string',
      requiresArg: true,
      describe: 'Side and price, as long:66000, or the id of a zone of the standard model',
    },
    calibration: {
      type: 'number',
      requiresArg: true,
      describe: 'Number of the calibration; of the standard model, its minute since 1970',
    },
    ...settingOptions,
    json: jsonOption,
  },
  handler: async (argv) => {
    const { settings } = await chosenSettings(argv)
    const recording = await openRecording(await findRecording(argv.recording))
    const progress = startProgress('tracing', 'entries')
    try {
      const { nextSeq: toSeq } = recording.reader
      const target = targetOf(argv, symbolOf(argv.symbol, symbolsOf(recording)))
      const steps = await trace(recording, target, {
        settings,
        symbols: recording.symbols,
        fromSeq: 0,
        toSeq,
        startSeq: 0,
        nowUs,
        onProgress: (seq) => progress.update(seq, toSeq),
        signal: onShutdown(),
      })
      progress.end()
      if (argv.json) printJson({ recording: recording.name, ...target, steps })
      else for (const line of stepLines(steps)) print(line)
    } finally {
      progress.end()
      await recording.reader.close()
    }
  },
}

/** Those that have data of their own, also where a recorder named more. */
function symbolsOf({ contents }: Recording): readonly string[] {
  const ofBook = contents.streams.filter(({ channel }) => channel === 'depth')
  const named = (ofBook.length > 0 ? ofBook : contents.streams).map(({ symbol }) => symbol)
  return [...new Set(named)].filter((symbol) => symbol !== '')
}

function symbolOf(name: string | undefined, symbols: readonly string[]): string {
  const symbol = findSymbol(symbols, name)
  if (symbol !== undefined) return symbol
  throw new RecorderError('USAGE', `no symbol ${name ?? ''}; there are ${symbols.join(', ')}`)
}

function targetOf({ zone, calibration }: Argv, symbol: string): TraceTarget {
  if ((zone === undefined) === (calibration === undefined)) {
    throw new RecorderError('USAGE', 'name what to trace: either --zone or --calibration')
  }
  if (calibration !== undefined) return { symbol, kind: 'calibration', number: calibration }
  const parts = /^(long|short):(\d+(?:\.\d+)?)$/.exec(zone ?? '')
  if (parts !== null) {
    const side = parts[1] === 'long' ? 'long' : 'short'
    return { symbol, kind: 'zone', side, priceUsd: Number(parts[2]) }
  }
  if (/^\d+$/.test(zone ?? '')) return { symbol, kind: 'zoneId', id: Number(zone) }
  throw new RecorderError(
    'USAGE',
    `--zone wants side:price, as long:66000, or an id; was "${zone}"`,
  )
}

function* stepLines(steps: readonly TraceStep[]): Generator<string> {
  for (const { seq, record, minuteFromSeq, entries } of steps) {
    const { type, ...fields } = record
    yield `seq ${seq}  ${String(type)}  ${JSON.stringify(fields)}`
    if (minuteFromSeq !== undefined) {
      yield `    closed the minute of seq ${minuteFromSeq} to ${seq - 1} (${count(seq - minuteFromSeq)} entries); open interest and liquidations of it, and what closed it:`
    }
    for (const entry of entries) {
      const time = new Date(entry.recvTimeUs / 1000).toISOString()
      yield `    ${entry.seq} ${time} ${entry.symbol} ${entry.channel} ${entry.payload}`
    }
    yield ''
  }
}
