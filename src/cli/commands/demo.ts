import type { CommandModule } from 'yargs'
import type { StateAt } from '../../projections/state-at.ts'
import { summaryBody } from '../../projections/state-bodies.ts'
import { AuditRun } from '../../replay/audit-run.ts'
import type { MinuteDigest } from '../../replay/digests.ts'
import { openRecording, type Recording } from '../../replay/recording.ts'
import { serveRecording } from '../../replay/served-recording.ts'
import { StateKeeper } from '../../replay/state-keeper.ts'
import { nowUs } from '../../runtime/clock.ts'
import { onShutdown } from '../../runtime/shutdown.ts'
import { jsonOption } from '../options.ts'
import { count, print, printJson, remark, size, table } from '../output.ts'
import { startProgress } from '../progress.ts'
import { pathOfRecording, recordingNames } from '../recordings.ts'
import { auditedOf } from '../report-audit.ts'
import { reportSettings } from '../report-settings.ts'
import { writeReports } from '../report-write.ts'
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
    let recording: Recording | undefined
    try {
      if (server !== undefined) remark(`listening at http://${argv.host}:${server.port}`)
      recording = await prepare(keeper, argv.json, shutdown)
      if (server === undefined || shutdown.aborted) return
      if (!argv.json) print(`\nopen http://${argv.host}:${server.port} (Ctrl-C ends)`)
      await new Promise<void>((resolve) => {
        shutdown.addEventListener('abort', () => resolve(), { once: true })
      })
    } finally {
      await server?.close()
      await recording?.reader.close()
    }
  },
}

/** The recording, which answers for its past as long as it is open. */
async function prepare(
  keeper: StateKeeper,
  json: boolean,
  signal: AbortSignal,
): Promise<Recording> {
  if (!(await recordingNames()).includes(NAME)) {
    keeper.setProgress('simulating a market', 0)
    await simulateRecording(pathOfRecording(NAME), DEMO)
  }
  const recording = await openRecording(pathOfRecording(NAME))
  const chosen = await reportSettings({})
  const { settings, audit } = chosen
  const auditRun = new AuditRun({ settings, audit, fromSeq: 0 })
  const digests: MinuteDigest[] = []
  const progress = startProgress('replaying', 'entries')
  const total = recording.reader.nextSeq
  const onProgress = (seq: number) => progress.update(seq, total)
  try {
    const pipeline = await serveRecording({
      recording,
      settings,
      keeper,
      nowUs,
      signal,
      onProgress,
      listener: auditRun.listener,
      onDigest: (digest) => digests.push(digest),
    })
    progress.end()
    if (pipeline === undefined) return recording
    const range = { fromSeq: 0, toSeq: total }
    const audited = await auditedOf(recording, range, chosen, auditRun, digests)
    const reports = await writeReports(audited)
    const { entriesPerSecond } = keeper.status()
    if (json) printJson({ ...summaryBody(keeper.current()), entriesPerSecond })
    else {
      for (const line of figures(recording, keeper.current(), entriesPerSecond)) print(line)
      print(`reports: ${reports.join(', ')}`)
    }
    return recording
  } catch (error) {
    await recording.reader.close()
    throw error
  } finally {
    progress.end()
  }
}

function* figures(
  { name, contents }: Recording,
  state: StateAt,
  entriesPerSecond: number,
): Generator<string> {
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
    ...[...state.symbols.values()].map(({ symbol, minuteCount, gapCount, past }) => {
      const digest = past.minutes.last(state.seq)?.digest
      return [symbol, count(minuteCount), count(gapCount), digest ?? '-']
    }),
  ])
  yield ''
  yield `${count(state.past.gaps.countBefore(state.seq))} gaps, ${count(state.faultCount)} faults, ${count(entriesPerSecond)} entries/s`
}
