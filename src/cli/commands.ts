import type { CommandModule } from 'yargs'
import { bisectCommand } from './commands/bisect.ts'
import { captureCommand } from './commands/capture.ts'
import { dashboardCommand } from './commands/dashboard.ts'
import { demoCommand } from './commands/demo.ts'
import { doctorCommand } from './commands/doctor.ts'
import { exportCommand } from './commands/export.ts'
import { importCommand } from './commands/import.ts'
import { inspectCommand } from './commands/inspect.ts'
import { listCommand } from './commands/list.ts'
import { metricsCommand } from './commands/metrics.ts'
import { playbackCommand } from './commands/playback.ts'
import { replayCommand } from './commands/replay.ts'
import { reportCommand } from './commands/report.ts'
import { serveCommand } from './commands/serve.ts'
import { settingsCommand } from './commands/settings.ts'
import { simulateCommand } from './commands/simulate.ts'
import { sweepCommand } from './commands/sweep.ts'
import { traceCommand } from './commands/trace.ts'
import { verifyCommand } from './commands/verify.ts'

/** All commands, in the order in which the help lists them. */
export const COMMANDS = [
  demoCommand,
  captureCommand,
  replayCommand,
  sweepCommand,
  reportCommand,
  serveCommand,
  playbackCommand,
  simulateCommand,
  importCommand,
  exportCommand,
  listCommand,
  inspectCommand,
  verifyCommand,
  bisectCommand,
  doctorCommand,
  traceCommand,
  settingsCommand,
  metricsCommand,
  dashboardCommand,
] as unknown as readonly CommandModule[]
