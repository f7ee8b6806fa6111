import type { CommandModule } from 'yargs'
import { openRecording } from '../../replay/recording.ts'
import { followRecording, serveRecording } from '../../replay/served-recording.ts'
import { StateKeeper } from '../../replay/state-keeper.ts'
import { nowUs } from '../../runtime/clock.ts'
import { onShutdown } from '../../runtime/shutdown.ts'
import { type AccessArgv, accessOf, accessOptions } from '../access-options.ts'
import { chosenSettings, recordingOption, type SettingArgv, settingOptions } from '../options.ts'
import { remark } from '../output.ts'
import { startProgress } from '../progress.ts'
import { findRecording } from '../recordings.ts'
import { serveState } from '../serve-state.ts'

interface Argv extends SettingArgv, AccessArgv {
  readonly recording: string | undefined
  readonly port: number
  readonly host: string
}

/** `serve`: API and page over a recording, and over its tail while a process writes it. */
export const serveCommand: CommandModule<object, Argv> = {
  command: 'serve',
  describe: 'Serve API and page over a recording, at any moment of it',
  builder: {
    recording: recordingOption,
    port: { type: 'number', default: 8899, describe: 'Of API and page' },
    host: { type: 'string', default: '127.0.0.1', describe: 'Address to listen on' },
    ...accessOptions,
    ...settingOptions,
  },
  handler: async (argv) => {
    const signal = onShutdown()
    const { settings } = await chosenSettings(argv)
    const recording = await openRecording(await findRecording(argv.recording))
    const { name, reader } = recording
    const progress = startProgress('replaying', 'entries')
    const mode = reader.isLive ? 'live' : 'replay'
    const keeper = new StateKeeper(mode, name, () => nowUs() / 1000)
    const server = await serveState(keeper, { ...argv, access: accessOf(argv) })
    try {
      remark(`${name}: API and page at http://${argv.host}:${server.port}`)
      const onProgress = (seq: number) => progress.update(seq, reader.nextSeq)
      const given = { recording, settings, keeper, nowUs, signal, onProgress }
      const pipeline = await serveRecording(given)
      progress.end()
      if (pipeline === undefined) return
      remark(`${name}: ready`)
      const aborted = new Promise<void>((resolve) => {
        signal.addEventListener('abort', () => resolve(), { once: true })
        if (signal.aborted) resolve()
      })
      if (mode === 'live') await Promise.race([followRecording(pipeline, given), aborted])
      await aborted
    } finally {
      progress.end()
      await server.close()
      await reader.close()
    }
  },
}
