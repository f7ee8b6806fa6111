import type { CommandModule } from 'yargs'
import {
  bisectLive,
  bisectRecordings,
  type LiveDifference,
  type RecordingsDifference,
  settingsInForce,
} from '../../replay/bisect.ts'
import type { EntryDifference, EntrySide } from '../../replay/bisect-entries.ts'
import type { StateComparison } from '../../replay/bisect-state.ts'
import { openRecording, type Recording } from '../../replay/recording.ts'
import { nowUs } from '../../runtime/clock.ts'
import { chosenSettings, jsonOption, type SettingArgv, settingOptions } from '../options.ts'
import { count, print, printJson } from '../output.ts'
import { startProgress } from '../progress.ts'
import { findRecording } from '../recordings.ts'

interface Argv extends SettingArgv {
  readonly a: string
  readonly b: string | undefined
  readonly json: boolean
}

/** `bisect`: where two recordings part, or a replay and its live run. Exit 1 when they do. */
export const bisectCommand: CommandModule<object, Argv> = {
  command: 'bisect <a> [b]',
  describe: 'Name the first entry and the first state that differ; exit 1 when some do',
  builder: (yargs) =>
    yargs
      .positional('a', { type: 'string', demandOption: true, describe: 'A recording' })
      .positional('b', {
        type: 'string',
        describe: 'Another one; without it, the live digests of A against its replay',
      })
      .options({ ...settingOptions, json: jsonOption }),
  handler: async (argv) => {
    const a = await openRecording(await findRecording(argv.a))
    try {
      if (argv.b === undefined) await live(argv, a)
      else await two(argv, a, argv.b)
    } finally {
      await a.reader.close()
    }
  },
}

async function live(argv: Argv, recording: Recording): Promise<void> {
  const progress = startProgress('replaying', 'entries')
  const result = await bisectLive(recording, {
    nowUs,
    onProgress: (seq) => progress.update(seq, recording.reader.nextSeq),
  })
  progress.end()
  const equal = result.mismatch === null
  if (argv.json) printJson({ recording: recording.name, equal, ...result })
  else for (const line of liveLines(result)) print(line)
  if (!equal) process.exitCode = 1
}

async function two(argv: Argv, a: Recording, nameOfB: string): Promise<void> {
  const b = await openRecording(await findRecording(nameOfB))
  try {
    const isChosen = (argv.profile ?? argv.set ?? argv.settings) !== undefined
    const settings = isChosen ? (await chosenSettings(argv)).settings : await settingsInForce(a)
    const total = Math.max(a.reader.nextSeq, b.reader.nextSeq)
    const progress = startProgress('replaying', 'entries')
    const result = await bisectRecordings(a, b, settings, {
      nowUs,
      onProgress: (seq) => progress.update(seq, total),
    })
    progress.end()
    const equal = result.entry === null
    if (argv.json) printJson({ a: a.name, b: b.name, equal, ...result })
    else for (const line of twoLines(result)) print(line)
    if (!equal) process.exitCode = 1
  } finally {
    await b.reader.close()
  }
}

function* twoLines({
  entry,
  message,
  minute,
  minutesCompared,
}: RecordingsDifference): Generator<string> {
  if (entry === null) {
    yield 'all entries are equal'
    return
  }
  yield* entryLines('first entry that differs', entry)
  if (message === null) yield 'what the venue said is the same in both'
  else if (message.a?.seq !== entry.a?.seq || message.b?.seq !== entry.b?.seq) {
    yield* entryLines('first message of the venue that differs', message)
  }
  if (minute === null) {
    yield `the state is the same in all of ${count(minutesCompared)} minutes`
    return
  }
  yield `first minute that differs: ${minute.symbol} ${timeOf(minute.minute)}`
  yield `  A ${closed(minute.seqA, minute.digestA)}`
  yield `  B ${closed(minute.seqB, minute.digestB)}`
  if (minute.state !== null) yield* stateLines(minute.state)
}

function* liveLines({ mismatch, digestsCompared, checkpoint }: LiveDifference): Generator<string> {
  if (mismatch === null) {
    yield `all ${count(digestsCompared)} digests of the live run are computed again`
    return
  }
  const { symbol, minute, recorded, computed, fromSeq, toSeq } = mismatch
  yield `first minute that differs: ${symbol} ${timeOf(minute)}, between seq ${fromSeq} and ${toSeq - 1}`
  yield `  live ${recorded}, replay ${computed ?? 'closed no such minute'}`
  if (checkpoint === null) {
    yield '  no checkpoint of the live run follows, which would show its state'
    return
  }
  yield `state at seq ${checkpoint.seq}, live as A, replay as B:`
  yield* stateLines(checkpoint.state)
}

function* entryLines(title: string, { a, b, fields }: EntryDifference): Generator<string> {
  const what = fields.length > 0 ? ` in ${fields.join(', ')}` : ''
  yield `${title}${what}:`
  yield `  A ${sideText(a)}`
  yield `  B ${sideText(b)}`
}

const sideText = (side: EntrySide | null): string =>
  side === null
    ? 'has ended'
    : `seq ${side.seq} ${side.venue} ${side.symbol} ${side.channel} ${side.payload}`

function* stateLines({ differences, differenceCount }: StateComparison): Generator<string> {
  for (const { path, a, b } of differences) {
    yield `  ${path}`
    yield `    A ${a}`
    yield `    B ${b}`
  }
  const left = differenceCount - differences.length
  if (left > 0) yield `  and ${count(left)} more`
}

const closed = (seq: number | null, digest: string | null): string =>
  seq === null ? 'closed no such minute' : `${digest} (closed by seq ${seq})`

const timeOf = (minute: number): string =>
  `minute ${minute} (${new Date(minute * 60_000).toISOString()})`
