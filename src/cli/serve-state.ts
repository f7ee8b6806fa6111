import type { AccessOptions } from '../api/access.ts'
import { type RunningServer, startServer } from '../api/listen.ts'
import { buildServer } from '../api/server.ts'
import type { StateKeeper } from '../replay/state-keeper.ts'
import { monoUs } from '../runtime/clock.ts'
import { describeFailure, remark } from './output.ts'

export interface ServeOptions {
  readonly host: string
  readonly port: number
  readonly access?: AccessOptions | undefined
}

/** API and page over the state that `keeper` shows. */
export const serveState = (
  keeper: StateKeeper,
  { host, port, access }: ServeOptions,
): Promise<RunningServer> =>
  startServer({
    host,
    port,
    app: buildServer({
      source: keeper,
      monoMs: () => monoUs() / 1000,
      failed: (error, path) => remark(`${path}: ${describeFailure(error).line}`),
      access,
    }),
  })
