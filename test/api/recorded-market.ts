/** A simulated market, recorded by live capture's own parts, and the recording served again. */
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import type { AccessOptions } from '../../src/api/access.ts'
import { buildServer } from '../../src/api/server.ts'
import { simulateMarket } from '../../src/exchange/simulate-market.ts'
import { LevelJournal } from '../../src/journal/level-journal.ts'
import type { EntryDraft } from '../../src/model/block.ts'
import { encodeFact, factStream } from '../../src/model/facts.ts'
import { resolveSettings } from '../../src/pipeline/settings.ts'
import type { StateSource } from '../../src/projections/state-source.ts'
import { CheckpointStore } from '../../src/replay/checkpoint-store.ts'
import { LiveRun } from '../../src/replay/live-run.ts'
import { PastStates } from '../../src/replay/past-states.ts'
import { openRecording, type Recording } from '../../src/replay/recording.ts'
import { checkpointKey } from '../../src/replay/replay.ts'
import { serveRecording } from '../../src/replay/served-recording.ts'
import { StateKeeper } from '../../src/replay/state-keeper.ts'
import { stillTime, temporaryFolder } from '../kit/journals.ts'

export const MARKET = {
  seed: 5,
  symbols: ['BTCUSDT', 'ETHUSDT'],
  startTimeMs: Date.UTC(2026, 0, 5),
  minutes: 7,
}
/** Entries that become durable together. */
const BATCH_COUNT = 400
/** After this batch the recorder says that it was blind. */
const GAP_BATCH = 15
const settings = resolveSettings('standard')

/** Told of failures that would be ours; a test that expects none looks at it. */
export const failures: string[] = []
const failed = (error: unknown, path: string): void => {
  failures.push(`${path}: ${error instanceof Error ? error.stack : String(error)}`)
}

export const serverOf = (source: StateSource, access?: AccessOptions): FastifyInstance =>
  buildServer({ source, monoMs: () => performance.now(), failed, access })

/** Between two batches of entries: what live capture would answer now. */
export type WhileLive = (app: FastifyInstance, keeper: StateKeeper, batch: number) => Promise<void>

export interface MarketFolder extends AsyncDisposable {
  readonly path: string
}

/** Records the market; `whileLive` looks at its server on the way. */
export async function recordMarket(whileLive?: WhileLive): Promise<MarketFolder> {
  const folder = await temporaryFolder()
  const path = join(folder.path, 'market')
  const journal = await LevelJournal.create(path, stillTime)
  const checkpoints = new CheckpointStore(path, checkpointKey(settings, [], 0, true))
  // Time stands still between two entries: an answer is as old as the last of them.
  const keeper: StateKeeper = new StateKeeper('live', 'market', () => keeper.current().recvMs)
  const live = await LiveRun.start({
    settings,
    symbols: [],
    writer: journal,
    nowUs: () => MARKET.startTimeMs * 1000,
    monoUs: () => 0,
    resume: undefined,
    checkpoints,
    keeper,
    onSnapshotWanted: () => undefined,
    onFailure: (error) => {
      throw error
    },
  })
  keeper.setReady()
  const recording = await openRecording(path)
  keeper.attachPast(new PastStates({ recording, settings, checkpoints, keeper }))
  const app = serverOf(keeper)
  let batchCount = 0
  let count = 0
  for (const drafts of simulateMarket(MARKET)) {
    for (const draft of drafts) {
      journal.append(draft)
      count += 1
      if (count % BATCH_COUNT !== 0) continue
      if (batchCount === GAP_BATCH) journal.append(gapEntry(draft))
      await journal.flush()
      await whileLive?.(app, keeper, batchCount)
      batchCount += 1
    }
  }
  await journal.flush()
  await app.close()
  await recording.reader.close()
  await live.settled()
  await journal.close()
  return { path, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() }
}

/** What a recorder writes that was blind for four seconds. */
function gapEntry({ recvTimeUs }: EntryDraft): EntryDraft {
  const toTimeMs = recvTimeUs / 1000
  const payload = encodeFact('gap', {
    cause: 'disconnect',
    symbol: '',
    channel: '',
    fromTimeMs: toTimeMs - 4_000,
    toTimeMs,
    missingCount: 0,
    streams: [],
  })
  return {
    stream: factStream('gap'),
    recvTimeUs,
    monoTimeUs: 0,
    venueTimeMs: Number.NaN,
    connectionId: 0,
    payload,
  }
}

export interface Served {
  readonly app: FastifyInstance
  readonly keeper: StateKeeper
  readonly recording: Recording
  close(): Promise<void>
}

export async function serveMarket({ path }: MarketFolder, access?: AccessOptions): Promise<Served> {
  const recording = await openRecording(path)
  const keeper = new StateKeeper('replay', 'market')
  const { signal } = new AbortController()
  await serveRecording({ recording, settings, keeper, nowUs: () => 0, signal })
  const app = serverOf(keeper, access)
  return {
    app,
    keeper,
    recording,
    close: async () => {
      await app.close()
      await recording.reader.close()
    },
  }
}
