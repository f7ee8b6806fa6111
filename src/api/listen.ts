/** The API on a port. */
import type { AddressInfo } from 'node:net'
import { RecorderError } from '../base/errors.ts'
import type { StateViews } from '../projections/views.ts'
import { buildServer } from './server.ts'

export interface ListenOptions {
  readonly host: string
  /** 0: any free one. */
  readonly port: number
  readonly views: StateViews
}

export interface RunningServer {
  readonly port: number
  close(): Promise<void>
}

/** @throws {RecorderError} `PORT_IN_USE` */
export async function startServer({ host, port, views }: ListenOptions): Promise<RunningServer> {
  const app = buildServer({ views })
  try {
    await app.listen({ host, port })
  } catch (cause) {
    await app.close()
    const reason = cause instanceof Error ? cause.message : 'unknown'
    throw new RecorderError('PORT_IN_USE', `cannot listen on ${host}:${port}: ${reason}`, { cause })
  }
  const address = app.server.address() as AddressInfo
  return {
    port: address.port,
    close: async () => {
      app.server.closeAllConnections()
      await app.close()
    },
  }
}
