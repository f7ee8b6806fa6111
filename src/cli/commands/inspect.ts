import type { CommandModule } from 'yargs'
import { type Inspection, inspect } from '../../replay/inspection.ts'
import { openRecording, type Recording } from '../../replay/recording.ts'
import { coverageLines, coverageOf } from '../coverage-table.ts'
import { jsonOption, recordingOption } from '../options.ts'
import { count, print, printJson, size, table } from '../output.ts'
import { startProgress } from '../progress.ts'
import { findRecording } from '../recordings.ts'
import { isoOf } from './list.ts'

/** `inspect`: what a recording holds, what it misses, and how well it could be read. */
export const inspectCommand: CommandModule<
  object,
  {
    readonly recording: string | undefined
    readonly coverage: boolean
    readonly json: boolean
  }
> = {
  command: 'inspect',
  describe: 'Show what a recording holds: entries, sizes, gaps, clock skew, faults',
  builder: {
    recording: recordingOption,
    coverage: {
      type: 'boolean',
      default: false,
      describe: 'Of each stream and hour: expected, present, blind time, clock skew',
    },
    json: jsonOption,
  },
  handler: async (argv) => {
    const recording = await openRecording(await findRecording(argv.recording))
    const progress = startProgress('inspecting', 'entries')
    try {
      const total = recording.reader.nextSeq
      const result = await inspect(recording, {
        withCoverage: argv.coverage,
        onProgress: (seq) => progress.update(seq, total),
      })
      progress.end()
      if (argv.json) printJson(await jsonOf(recording, result))
      else for await (const line of linesOf(recording, result)) print(line)
    } finally {
      await recording.reader.close()
    }
  },
}

async function jsonOf({ name, contents, reader }: Recording, result: Inspection): Promise<object> {
  const { pipeline, coverage, ...rest } = result
  return {
    recording: name,
    recordingDigest: await reader.digest(),
    ...contents,
    ...rest,
    ...(coverage === undefined ? {} : { coverage: coverageOf(coverage) }),
    tickerChecks: Object.fromEntries(
      [...pipeline.runs].map(([symbol, { tickerCheck }]) => [
        symbol,
        { compared: tickerCheck.comparedCount, differing: tickerCheck.mismatchCount },
      ]),
    ),
  }
}

async function* linesOf(recording: Recording, result: Inspection): AsyncGenerator<string> {
  const { contents, name, reader } = recording
  yield `${name}: ${count(contents.entryCount)} entries, received ${isoOf(contents.firstRecvTimeUs)} to ${isoOf(contents.lastRecvTimeUs)}`
  yield `digest ${await reader.digest()}`
  if (contents.storedBytes > 0) {
    const share = (contents.storedBytes / contents.sealedPayloadBytes) * 100
    yield `sealed ${size(contents.storedBytes)} for ${size(contents.sealedPayloadBytes)} of payload (${share.toFixed(1)} %)`
  }
  yield ''
  yield table([
    ['venue', 'symbol', 'channel', 'entries', 'payload'],
    ...contents.streams.map(({ venue, symbol, channel, entryCount, payloadBytes }) => [
      venue,
      symbol === '' ? '-' : symbol,
      channel,
      count(entryCount),
      size(payloadBytes),
    ]),
  ])
  yield ''
  const { min, median, max } = result.skewMs
  if (!Number.isNaN(median)) {
    yield `clock skew (receive minus exchange time): median ${median} ms, from ${min} to ${max} ms`
    if (median < 0) yield '  the receive clock runs behind the exchange'
    const share = (result.reorderedCount / result.socketEntryCount) * 100
    yield `out of exchange-time order: ${count(result.reorderedCount)} of ${count(result.socketEntryCount)} (${share.toFixed(2)} %)`
  }
  yield* decodeLines(result)
  yield `${count(result.gapCount)} gaps`
  for (const gap of result.gaps.slice(0, 10)) {
    const missing = gap.missingCount > 0 ? `, ${count(gap.missingCount)} ids missing` : ''
    const blind = gap.durationMs > 0 ? `, ${count(gap.durationMs)} ms blind` : ''
    yield `  seq ${gap.seq}: ${gap.symbol || 'all symbols'} ${gap.channel || 'all channels'}, ${gap.cause}${missing}${blind}`
  }
  if (result.coverage !== undefined) yield* coverageLines(result.coverage)
}

function* decodeLines(result: Inspection): Generator<string> {
  const rows = Object.entries(result.decodeCounts).filter(
    ([, { fastCount, slowCount, faultCount }]) => fastCount + slowCount + faultCount > 0,
  )
  const off = rows.reduce((sum, [, { slowCount, faultCount }]) => sum + slowCount + faultCount, 0)
  const all = rows.reduce((sum, [, { fastCount }]) => sum + fastCount, off)
  const share = all > 0 ? (off / all) * 100 : 0
  yield `off the fast decode path: ${count(off)} of ${count(all)} (${share.toFixed(3)} %)`
  yield `${count(result.faultCount)} faults`
  for (const { seq, channel, reason } of result.faults.slice(0, 10)) {
    yield `  seq ${seq} ${channel}: ${reason}`
  }
  for (const [symbol, { tickerCheck }] of result.pipeline.runs) {
    const { comparedCount, mismatchCount } = tickerCheck
    if (comparedCount === 0) continue
    yield `${symbol}: best bid and ask against bookTicker: ${count(comparedCount)} compared, ${count(mismatchCount)} differ`
  }
  for (const [symbol, audit] of Object.entries(result.bookChecks)) {
    const { snapshotsCompared, snapshotsNotCompared, levelsCompared, levelsUnseen } = audit
    if (snapshotsCompared + snapshotsNotCompared === 0) continue
    const left = snapshotsNotCompared > 0 ? `; ${count(snapshotsNotCompared)} not comparable` : ''
    const differing = audit.levelsDiffering - levelsUnseen
    yield `${symbol}: book against ${count(snapshotsCompared)} snapshots of the venue: ${count(levelsCompared)} levels compared, ${count(differing)} differ, ${count(levelsUnseen)} lie beyond what the book was made of${left}`
  }
}
