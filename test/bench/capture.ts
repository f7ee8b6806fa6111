/** How fast frames come from a socket into a journal, over loopback, from a venue in its own process. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { defaultsOf } from '../../src/base/setting.ts'
import { CAPTURE_SETTINGS } from '../../src/capture/capture-settings.ts'
import { startCapture } from '../../src/capture/daemon.ts'
import { request } from '../../src/capture/http.ts'
import { openSocket } from '../../src/capture/socket.ts'
import { BINANCE } from '../../src/capture/venues/binance.ts'
import type { JournalWriter } from '../../src/journal/journal.ts'
import { monoUs, nowUs, setTimer } from '../../src/runtime/clock.ts'

export interface CaptureRate {
  readonly frameCount: number
  readonly frameBytes: number
  /** From the first frame until all of them are durable. Unit: frames per second. */
  readonly framesPerSecond: number
  /** Processor time of this process, the journal's own threads included. Unit: µs. */
  readonly cpuUsPerFrame: number
}

const FLOOD = fileURLToPath(new URL('./flood-venue.ts', import.meta.url))
const SECONDS_MAX = 30

/**
 * Records `frameCount` frames (whole thousands) through `writer` with the real daemon; whoever has
 * engines behind the journal feeds them by `writer.onDurable`, as the daemon does.
 */
export async function measureCapture(
  writer: JournalWriter,
  frameCount: number,
): Promise<CaptureRate> {
  const venue = spawn(process.execPath, ['--import', 'tsx', FLOOD, String(frameCount)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = (await once(venue.stdout, 'data')) as [Buffer]
  const [port = '', frameBytes = ''] = line.toString().trim().split(' ')
  const log = { info: () => {}, warn: () => {}, error: () => {} }
  const capture = startCapture({
    venue: BINANCE,
    symbols: ['BTCUSDT'],
    wsUrl: `ws://127.0.0.1:${port}`,
    restUrl: `http://127.0.0.1:${port}`,
    settings: { ...defaultsOf(CAPTURE_SETTINGS, 'standard'), silenceMsMax: 60_000 },
    writer,
    world: { nowUs, monoUs, setTimer, random: Math.random, openSocket, request },
    log,
    runId: 'bench',
    version: '0',
    inForce: { profile: 'standard', values: {} },
    retryForever: true,
  })
  try {
    await capture.connected
    const startUs = monoUs()
    const cpu = process.cpuUsage()
    while (capture.health().counters.frames < frameCount) {
      if (monoUs() - startUs > SECONDS_MAX * 1e6) throw new Error('the flood did not arrive')
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
    await writer.flush()
    const seconds = (monoUs() - startUs) / 1e6
    const { user, system } = process.cpuUsage(cpu)
    return {
      frameCount,
      frameBytes: Number(frameBytes),
      framesPerSecond: frameCount / seconds,
      cpuUsPerFrame: (user + system) / frameCount,
    }
  } finally {
    await capture.stop()
    venue.kill()
  }
}
