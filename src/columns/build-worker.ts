/** The other side of `column-builder.ts`: makes the columns of segments as they are asked for. */
import { setPriority } from 'node:os'
import { parentPort, workerData } from 'node:worker_threads'
import { assert } from '../base/assert.ts'
import { openReader } from '../journal/level-reader.ts'
import { segmentName } from '../journal/segment-meta.ts'
import type { Block } from '../model/block.ts'
import { buildColumns, type ColumnSegment } from './column-cache.ts'

/** A segment, or the end: after those that were asked for, or at once. */
export type BuildRequest = ColumnSegment | 'end' | 'stop'

export interface BuildReply {
  readonly firstSeq: number
  /** Why there are no columns; absent where there are. */
  readonly problem: string | undefined
}

/** A replay goes first: a tenth of its share is left. On Linux this is the priority of one thread. */
const PRIORITY = 10

const port = parentPort
assert(port !== null, 'a build worker is a thread')
if (process.platform === 'linux') setPriority(PRIORITY)
const recording = workerData as string
const reader = await openReader(recording, { oneThread: true })
let isStopped = false
let done: Promise<void> = Promise.resolve()

port.on('message', (request: BuildRequest) => {
  if (request === 'stop') isStopped = true
  done = done.then(() => (typeof request === 'string' ? end() : build(request)))
})

async function build(segment: ColumnSegment): Promise<void> {
  let problem: string | undefined
  const { firstSeq, endSeq } = segment
  try {
    const blocks = untilStopped(reader.blocks({ fromSeq: firstSeq, toSeq: endSeq }))
    const firstSegment = segmentName(reader.manifest.segments[0]?.firstSeq ?? 0)
    const processId = process.pid
    await buildColumns(segment, blocks, { recording, firstSegment, processId })
  } catch (error) {
    problem = error instanceof Error ? error.message : String(error)
  }
  const reply: BuildReply = { firstSeq, problem }
  port?.postMessage(reply)
}

async function* untilStopped(blocks: AsyncIterable<Block>): AsyncGenerator<Block> {
  for await (const block of blocks) {
    if (isStopped) throw new Error('it was stopped')
    yield block
  }
}

/** Removes the views of the reader, which a thread that is ended from outside would leave. */
async function end(): Promise<void> {
  await reader.close()
  port?.close()
}
