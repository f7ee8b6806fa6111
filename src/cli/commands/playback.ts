import type { CommandModule } from 'yargs'
import { RecorderError } from '../../base/errors.ts'
import { startPlayback } from '../../exchange/playback.ts'
import { openRecording } from '../../replay/recording.ts'
import { nowUs, setTimer } from '../../runtime/clock.ts'
import { onShutdown } from '../../runtime/shutdown.ts'
import { recordingOption } from '../options.ts'
import { print } from '../output.ts'
import { findRecording } from '../recordings.ts'

interface Argv {
  readonly recording: string | undefined
  readonly port: number
  readonly host: string
  readonly speed: number
  readonly loop: boolean
  readonly 'strict-routes': boolean
}

/** `playback`: a recording as a virtual exchange. */
export const playbackCommand: CommandModule<object, Argv> = {
  command: 'playback',
  describe: 'Serve a recording as Binance does: WebSocket routes and REST on one port',
  builder: {
    recording: recordingOption,
    port: { type: 'number', default: 8898, describe: 'For sockets and REST' },
    host: { type: 'string', default: '127.0.0.1', describe: 'Address to listen on' },
    speed: { type: 'number', default: 1, describe: 'Recorded time per real time' },
    loop: { type: 'boolean', default: false, describe: 'Start over at the end' },
    'strict-routes': {
      type: 'boolean',
      default: false,
      describe: 'Unrouted addresses behave as since 2026-04-23',
    },
  },
  handler: async (argv) => {
    if (!(argv.speed > 0)) throw new RecorderError('USAGE', '--speed must be above 0')
    const recording = await openRecording(await findRecording(argv.recording))
    const shutdown = onShutdown()
    try {
      const playback = await startPlayback({
        reader: recording.reader,
        host: argv.host,
        port: argv.port,
        speed: argv.speed,
        loop: argv.loop,
        strictRoutes: argv['strict-routes'],
        clock: { nowMs: () => nowUs() / 1000, setTimer },
      })
      const address = `${argv.host}:${playback.port}`
      print(
        `${recording.name} at ws://${address} and http://${address}, ${argv.speed}x; the first subscription starts it`,
      )
      try {
        await new Promise<void>((resolve, reject) => {
          shutdown.addEventListener('abort', () => resolve(), { once: true })
          // The end of the recording ends nothing: sockets stay open, REST answers with the last state.
          playback.finished.catch(reject)
        })
      } finally {
        await playback.close()
      }
    } finally {
      await recording.reader.close()
    }
  },
}
