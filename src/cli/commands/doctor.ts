import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { CommandModule } from 'yargs'
import { RecorderError } from '../../base/errors.ts'
import { type DoctorCheck, examine } from '../../capture/doctor.ts'
import { request } from '../../capture/http.ts'
import { openLimitFile } from '../../capture/limit-file.ts'
import { planCapture } from '../../capture/plan.ts'
import { openSocket } from '../../capture/socket.ts'
import { measureWriteSpeed, openStorage } from '../../capture/storage.ts'
import { BINANCE } from '../../capture/venues/binance.ts'
import { monoUs, nowUs, setTimer } from '../../runtime/clock.ts'
import { randomFraction } from '../../runtime/random.ts'
import { chosenSettings, jsonOption, type SettingArgv, settingOptions } from '../options.ts'
import { print, printJson, table } from '../output.ts'
import { pathOfRecording } from '../recordings.ts'
import { symbolsOf } from './simulate.ts'

interface Argv extends SettingArgv {
  readonly recording: string
  readonly symbols: string
  readonly venues: string
  readonly 'ws-url': string | undefined
  readonly 'rest-url': string | undefined
  readonly json: boolean
}

/** `doctor`: whether a capture would work here and now. */
export const doctorCommand: CommandModule<object, Argv> = {
  command: 'doctor',
  describe: 'Check what a capture needs: routes, REST, clock, limits, disk',
  builder: {
    recording: {
      type: 'string',
      default: 'live',
      requiresArg: true,
      describe: 'Where it would be recorded: its disk is checked',
    },
    symbols: { type: 'string', default: 'BTCUSDT,ETHUSDT', describe: 'Contracts, with commas' },
    venues: { choices: ['binance'] as const, default: 'binance', describe: 'Where to record' },
    'ws-url': {
      type: 'string',
      requiresArg: true,
      describe: 'Base of the sockets: scheme, host, port',
    },
    'rest-url': { type: 'string', requiresArg: true, describe: 'Base of REST: scheme, host, port' },
    ...settingOptions,
    json: jsonOption,
  },
  handler: async (argv) => {
    const { capture: settings } = await chosenSettings(argv)
    const plan = planCapture(BINANCE, {
      symbols: symbolsOf(argv.symbols),
      wsUrl: argv['ws-url'],
      restUrl: argv['rest-url'],
      weightPerMinuteMax: settings.weightPerMinuteMax,
      connectionCopies: settings.connections,
    })
    const folder = dirname(pathOfRecording(argv.recording))
    await mkdir(folder, { recursive: true })
    const address = new URL(plan.polls[0]?.url ?? BINANCE.restUrl).origin
    const { saved } = await openLimitFile(join(folder, '.capture-limits.json'), address)
    const checks = await examine({
      plan,
      venue: BINANCE,
      settings,
      world: { nowUs, monoUs, setTimer, random: randomFraction, openSocket, request },
      saved,
      disk: {
        freeBytes: openStorage(join(folder, '.reserve')).freeBytes,
        writeSpeed: () => measureWriteSpeed(folder, monoUs),
      },
    })
    report(checks, argv.json)
  },
}

/** @throws {RecorderError} `DOCTOR_FAILED` */
function report(checks: readonly DoctorCheck[], json: boolean): void {
  const failed = checks.filter(({ status }) => status === 'failed')
  if (json) printJson({ ok: failed.length === 0, failedCount: failed.length, checks })
  else print(table(checks.map(({ status, name, detail }) => [status, name, detail])))
  const [first] = failed
  if (first === undefined) return
  const message = `${failed.length} of ${checks.length} checks failed; ${first.name}: ${first.detail}`
  throw new RecorderError('DOCTOR_FAILED', message)
}
