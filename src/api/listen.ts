/** Puts a server on a port. */
import type { FastifyInstance } from 'fastify'
import { RecorderError } from '../base/errors.ts'

export interface ListenOptions {
  readonly app: FastifyInstance
  readonly host: string
  /** 0 takes any that is free. */
  readonly port: number
}

export interface RunningServer {
  /** Where it answers, without a slash at the end. */
  readonly url: string
  readonly port: number
  /** Stops answering. Open connections are cut. */
  close(): Promise<void>
}

/** @throws {RecorderError} `PORT_IN_USE`; `USAGE` for a host or port that cannot be listened on. */
export async function startServer({ app, host, port }: ListenOptions): Promise<RunningServer> {
  let url: string
  try {
    url = await app.listen({ host, port })
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'EADDRINUSE') {
      throw new RecorderError('PORT_IN_USE', `port ${port} on ${host} is in use`, { cause: error })
    }
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' || code === 'EACCES') {
      throw new RecorderError('USAGE', `cannot listen on port ${port} of ${host} (${code})`, {
        cause: error,
      })
    }
    throw error
  }
  return {
    url,
    port: Number(new URL(url).port),
    close: () => app.close(),
  }
}
