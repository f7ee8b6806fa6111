import type { CommandModule } from 'yargs'
import { resolveSettings } from '../../pipeline/settings.ts'
import { openRecording, type Recording } from '../../replay/recording.ts'
import { type ReplayResult, replay } from '../../replay/replay.ts'
import { StateKeeper } from '../../replay/state-keeper.ts'
import { nowUs } from '../../runtime/clock.ts'
import { onShutdown } from '../../runtime/shutdown.ts'
import { jsonOption } from '../options.ts'
import { count, print, printJson, remark, size, table } from '../output.ts'
import { startProgress } from '../progress.ts'
import { pathOfRecording, recordingNames } from '../recordings.ts'
import { serveState } from '../serve-state.ts'
import { isoOf } from './list.ts'
import { simulateRecording } from './simulate.ts'

interface Argv {
  readonly once: boolean
  readonly port: number
  readonly host: string
  readonly json: boolean
}

const NAME = 'demo'
/** Three hours of two contracts: enough to see every kind of event, ready within a minute. */
const DEMO = {
  seed: 1,
  symbols: ['BTCUSDT', 'ETHUSDT'],
  startTimeMs: Date.parse('2026-01-05T00:00:00Z'),
  minutes: 180,
}

/** `demo`: a seeded market, recorded, replayed and served. Also what no command at all does. */
export const demoCommand: CommandModule<object, Argv> = {
  command: ['demo', '$0'],
  describe: 'Record a simulated market, replay it, and serve API and page',
  builder: {
    once: { type: 'boolean', default: false, describe: 'End instead of serving' },
    port: { type: 'number', default: 8899, describe: 'Of API and page' },
    host: { type: 'string', default: '127.0.0.1', describe: 'Address to listen on' },
    json: jsonOption,
  },
  handler: async (argv) => {
    const shutdown = onShutdown()
    const keeper = new StateKeeper('replay', NAME)
    const server = argv.once ? undefined : await serveState(keeper, argv)
    try {
      if (server !== undefined) remark(`listening at http://${argv.host}:${server.port}`)
      await prepare(keeper, argv.json, shutdown)
      if (server === undefined || shutdown.aborted) return
      if (!argv.json) print(`\nopen http://${argv.host}:${server.port} (Ctrl-C ends)`)
      await new Promise<void>((resolve) => {
        shutdown.addEventListener('abort', () => resolve(), { once: true })
      })
    } finally {
      await server?.close()
    }
  },
}

async function prepare(keeper: StateKeeper, json: boolean, shutdown: AbortSignal): Promise<void> {
  if (!(await recordingNames()).includes(NAME)) {
    keeper.setProgress('simulating a market', 0)
    await simulateRecording(pathOfRecording(NAME), DEMO)
  }
  const recording = await openRecording(pathOfRecording(NAME))
  const progress = startProgress('replaying', 'entries')
  try {
    const total = recording.reader.nextSeq
    keeper.setProgress('replaying', total)
    const result = await replay(recording.reader, {
      settings: resolveSettings('standard'),
      symbols: recording.symbols,
      fromSeq: 0,
      toSeq: total,
      startSeq: 0,
      documents: true,
      nowUs,
      keeper,
      onProgress: (seq) => progress.update(seq, total),
      signal: shutdown,
    })
    progress.end()
    if (result.interrupted) return
    keeper.setRate(result.entriesPerSecond)
    keeper.setReady()
    if (json) printJson({ ...keeper.views.summary() })
    else for (const line of figures(recording, result)) print(line)
  } finally {
    progress.end()
    await recording.reader.close()
  }
}

function* figures({ name, contents }: Recording, result: ReplayResult): Generator<string> {
  yield `${name}: ${isoOf(contents.firstRecvTimeUs)} to ${isoOf(contents.lastRecvTimeUs)}, ${count(contents.entryCount)} entries, ${size(contents.storedBytes)}`
  const channels = new Map<string, number>()
  for (const { venue, channel, entryCount } of contents.streams) {
    const key = venue === 'recorder' ? `recorder/${channel}` : channel
    channels.set(key, (channels.get(key) ?? 0) + entryCount)
  }
  yield ''
  yield table([
    ['channel', 'entries'],
    ...[...channels].sort(([, a], [, b]) => b - a).map(([key, entries]) => [key, count(entries)]),
  ])
  yield ''
  yield table([
    ['symbol', 'minutes', 'gaps', 'last digest'],
    ...[...result.pipeline.runs.values()].map(({ symbol, minuteCount, gapCount }) => {
      const digest = result.digests.findLast((candidate) => candidate.symbol === symbol)
      return [symbol, count(minuteCount), count(gapCount), digest?.digest ?? '-']
    }),
  ])
  yield ''
  yield `${count(result.gapCount)} gaps, ${count(result.pipeline.faultCount)} faults, ${count(result.entriesPerSecond)} entries/s`
}
