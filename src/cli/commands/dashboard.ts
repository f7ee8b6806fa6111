import type { CommandModule } from 'yargs'
import { RecorderError } from '../../base/errors.ts'
import { openRecording } from '../../replay/recording.ts'
import { serveRecording } from '../../replay/served-recording.ts'
import { StateKeeper } from '../../replay/state-keeper.ts'
import { nowUs } from '../../runtime/clock.ts'
import { onShutdown } from '../../runtime/shutdown.ts'
import { HttpSource } from '../../terminal/client.ts'
import { runDashboard } from '../../terminal/dashboard.ts'
import { chosenSettings, recordingOption, type SettingArgv, settingOptions } from '../options.ts'
import { ownTerminal } from '../own-terminal.ts'
import { startProgress } from '../progress.ts'
import { findRecording } from '../recordings.ts'
import { serveState } from '../serve-state.ts'

interface Argv extends SettingArgv {
  readonly url: string
  readonly recording: string | undefined
  readonly symbol: string | undefined
  readonly 'redraws-per-second': number
  readonly token: string | undefined
}

const REDRAWS_MAX = 10

/** `dashboard`: the terminal view, of a live daemon or of a recording. */
export const dashboardCommand: CommandModule<object, Argv> = {
  command: 'dashboard',
  describe: 'Watch a daemon, or a recording, in the terminal',
  builder: {
    url: {
      type: 'string',
      default: 'http://127.0.0.1:8899',
      requiresArg: true,
      describe: 'Where capture or serve answers',
    },
    recording: { ...recordingOption, describe: 'Show this recording instead of asking --url' },
    symbol: { type: 'string', requiresArg: true, describe: 'BTC or BTCUSDT [default: BTC]' },
    'redraws-per-second': { type: 'number', default: 4, describe: '1 to 10' },
    token: { type: 'string', requiresArg: true, describe: 'Bearer token that --url asks for' },
    ...settingOptions,
  },
  handler: async (argv) => {
    const redrawsPerSecond = argv['redraws-per-second']
    if (!(redrawsPerSecond >= 1 && redrawsPerSecond <= REDRAWS_MAX)) {
      throw new RecorderError('USAGE', `--redraws-per-second must be 1 to ${REDRAWS_MAX}`)
    }
    const terminal = ownTerminal()
    const signal = onShutdown()
    const watch = (url: string) =>
      runDashboard({
        source: new HttpSource(url, argv.token),
        terminal,
        symbol: argv.symbol,
        redrawsPerSecond,
        useColor: (process.env['NO_COLOR'] ?? '') === '',
        signal,
      })
    if (argv.recording === undefined) await watch(argv.url)
    else await watchRecording(argv, signal, watch)
  },
}

/** A server of our own over the recording, as long as it is watched. */
async function watchRecording(
  argv: Argv,
  signal: AbortSignal,
  watch: (url: string) => Promise<void>,
): Promise<void> {
  const { settings } = await chosenSettings(argv)
  const recording = await openRecording(await findRecording(argv.recording))
  const progress = startProgress('replaying', 'entries')
  const keeper = new StateKeeper('replay', recording.name, () => nowUs() / 1000)
  const server = await serveState(keeper, { host: '127.0.0.1', port: 0 })
  try {
    const total = recording.reader.nextSeq
    const onProgress = (seq: number) => progress.update(seq, total)
    const pipeline = await serveRecording({
      recording,
      settings,
      keeper,
      nowUs,
      signal,
      onProgress,
    })
    progress.end()
    if (pipeline !== undefined) await watch(`http://127.0.0.1:${server.port}`)
  } finally {
    progress.end()
    await server.close()
    await recording.reader.close()
  }
}
