/**
 * The virtual exchange: a recording served as the venue serves its market, sockets and REST on one
 * port, to our own capture and to anybody's bot (`product.md` §4, `playback`). Time stands still
 * until the first subscription, then runs at the given speed to the end of the recording.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import { RecorderError } from '../base/errors.ts'
import type { JournalReader } from '../journal/journal.ts'
import { ClientSocket } from './client-socket.ts'
import { type PlaybackClock, type PlayerState, RecordingPlayer } from './recording-player.ts'
import { RestApi, type RestReply } from './rest-api.ts'
import { socketTargetOf } from './socket-routes.ts'
import { StreamHub } from './stream-hub.ts'
import { VenueState } from './venue-state.ts'

export interface PlaybackOptions {
  readonly reader: JournalReader
  /** Contracts of the recording, where known beforehand; others are learned as they come. */
  readonly symbols?: readonly string[] | undefined
  readonly host: string
  /** 0: any free one. */
  readonly port: number
  /** Recorded time per real time. */
  readonly speed: number
  /** Start over at the end. */
  readonly loop: boolean
  /** The unrouted addresses deliver the public kinds only. */
  readonly strictRoutes: boolean
  readonly clock: PlaybackClock
}

export interface PlaybackStatus {
  readonly state: PlayerState
  /** The moment of the recording that is now. Unit: ms since 1970. */
  readonly virtualTimeMs: number
  readonly playedCount: number
  /** Messages handed to sockets. */
  readonly sentCount: number
  readonly clientCount: number
}

export interface Playback {
  readonly port: number
  /** Resolves at the end of the recording or on `close`; rejects if the journal cannot be read on. */
  readonly finished: Promise<void>
  status(): PlaybackStatus
  /** Cuts every socket without a word, as a network does. */
  disconnectAll(): void
  /** Stops listening and cuts what is open. The reader stays the caller's. */
  close(): Promise<void>
}

/** A request that the recording cannot answer yet is held this long, then answered as well as can be. */
const HOLD_MS_MAX = 2_000
const HOLD_STEP_MS = 20
const CONTROL_BYTES_MAX = 64 << 10

/** @throws {RecorderError} `PORT_IN_USE`; `RANGE_EMPTY` for a recording without entries. */
export async function startPlayback(options: PlaybackOptions): Promise<Playback> {
  const state = new VenueState(options.symbols ?? [])
  const hub = new StreamHub()
  const player = await RecordingPlayer.open({
    ...options,
    onBlock: (block) => state.announce(block),
    onEntry: (block, index) => {
      state.take(block, index)
      hub.publish(block, index)
    },
    onPass: () => {
      state.restart()
      hub.restart()
    },
  })
  const clients = new Set<ClientSocket>()
  const sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: CONTROL_BYTES_MAX,
  })
  const api = new RestApi(state)
  const server = createServer((request, response) => {
    serveRest(request, response, api, player, options.clock)
  })
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const target = socketTargetOf(urlOf(request), options)
    if (target === undefined) {
      // A client that is gone already needs no answer.
      socket.on('error', () => undefined)
      socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
      return
    }
    sockets.handleUpgrade(request, socket, head, (client) => {
      const connected: ClientSocket = new ClientSocket(client, {
        ...target,
        transport: socket,
        hub,
        clock: options.clock,
        onSubscribe: () => player.start(),
        onClose: (closed) => clients.delete(closed),
      })
      clients.add(connected)
    })
  })
  const disconnectAll = () => {
    for (const client of clients) client.disconnect()
  }
  const port = await listen(server, options)
  return {
    port,
    finished: player.finished,
    status: () => ({
      state: player.state,
      virtualTimeMs: player.virtualTimeUs / 1000,
      playedCount: player.playedCount,
      sentCount: hub.sentCount,
      clientCount: clients.size,
    }),
    disconnectAll,
    close: () => {
      player.close()
      disconnectAll()
      server.closeAllConnections()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

function serveRest(
  request: IncomingMessage,
  response: ServerResponse,
  api: RestApi,
  player: RecordingPlayer,
  clock: PlaybackClock,
): void {
  const target = urlOf(request)
  const method = request.method ?? 'GET'
  const startMs = clock.nowMs()
  const refusal = api.charge(target, startMs)
  if (refusal !== undefined) {
    send(response, refusal, api)
    return
  }
  const attempt = () => {
    if (response.destroyed) return
    const timeMs = player.virtualTimeUs / 1000
    const answer = api.answer(method, target, timeMs)
    if (answer !== 'later') {
      send(response, answer, api)
    } else if (clock.nowMs() - startMs >= HOLD_MS_MAX || player.state !== 'running') {
      send(response, api.lastAnswer(target, timeMs), api)
    } else {
      clock.setTimer(HOLD_STEP_MS, attempt)
    }
  }
  attempt()
}

function send(response: ServerResponse, reply: RestReply, api: RestApi): void {
  response.writeHead(reply.status, {
    'Content-Type': 'application/json;charset=UTF-8',
    ...api.rateHeaders(),
    ...reply.headers,
  })
  response.end(reply.body)
}

/** What a request asks for; an address that is none asks for nothing we know. */
function urlOf(request: IncomingMessage): URL {
  const base = 'http://exchange'
  const address = request.url ?? '/'
  return URL.canParse(address, base) ? new URL(address, base) : new URL(base)
}

function listen(server: Server, { host, port }: PlaybackOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const what = error.code === 'EADDRINUSE' ? 'is in use' : `cannot be opened: ${error.message}`
      reject(new RecorderError('PORT_IN_USE', `port ${port} of ${host} ${what}`, { cause: error }))
    })
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port))
  })
}
