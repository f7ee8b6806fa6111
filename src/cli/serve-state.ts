import { type RunningServer, startServer } from '../api/listen.ts'
import { buildServer } from '../api/server.ts'
import type { StateKeeper } from '../replay/state-keeper.ts'
import { describeFailure, remark } from './output.ts'

/** API and page over the state that `keeper` shows. */
export const serveState = (
  keeper: StateKeeper,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<RunningServer> =>
  startServer({
    host,
    port,
    app: buildServer({
      views: keeper.views,
      failed: (error, path) => remark(`${path}: ${describeFailure(error).line}`),
    }),
  })
