import type { CommandModule } from 'yargs'
import { openRecording } from '../../replay/recording.ts'
import { jsonOption } from '../options.ts'
import { count, describeFailure, print, printJson, size, table } from '../output.ts'
import { pathOfRecording, RECORDINGS_FOLDER, recordingNames } from '../recordings.ts'

interface Row {
  readonly recording: string
  readonly entryCount: number
  readonly from: string | null
  readonly to: string | null
  readonly symbols: readonly string[]
  readonly storedBytes: number
  readonly state: string
}

/** `list`: the recordings under `recordings/`. */
export const listCommand: CommandModule<object, { readonly json: boolean }> = {
  command: 'list',
  describe: 'List the recordings',
  builder: { json: jsonOption },
  handler: async ({ json }) => {
    const rows: Row[] = []
    for (const name of await recordingNames()) rows.push(await rowOf(name))
    if (json) {
      printJson(rows)
    } else if (rows.length === 0) {
      print(`no recordings under ${RECORDINGS_FOLDER}/ yet: try simulate, import or capture`)
    } else {
      const head = ['recording', 'entries', 'from', 'to', 'size', 'state', 'symbols']
      print(table([head, ...rows.map(cellsOf)]))
    }
  },
}

async function rowOf(name: string): Promise<Row> {
  try {
    const { reader, contents } = await openRecording(pathOfRecording(name))
    const lastRun = reader.manifest.runs.at(-1)?.state
    const state = reader.isLive ? 'live' : lastRun === 'Running' ? 'crashed' : 'sealed'
    await reader.close()
    const symbols = new Set(contents.streams.map(({ symbol }) => symbol))
    symbols.delete('')
    return {
      recording: name,
      entryCount: contents.entryCount,
      from: isoOf(contents.firstRecvTimeUs),
      to: isoOf(contents.lastRecvTimeUs),
      symbols: [...symbols],
      storedBytes: contents.storedBytes,
      state,
    }
  } catch (error) {
    // One recording that cannot be read must not hide the others.
    const line = describeFailure(error).line.split('\n')[0] ?? ''
    const none = { entryCount: 0, from: null, to: null, symbols: [], storedBytes: 0 }
    return { recording: name, ...none, state: line }
  }
}

export const isoOf = (timeUs: number): string | null =>
  Number.isNaN(timeUs) ? null : new Date(timeUs / 1000).toISOString()

const SYMBOLS_SHOWN = 4

function cellsOf(row: Row): string[] {
  const more = row.symbols.length > SYMBOLS_SHOWN ? ` +${row.symbols.length - SYMBOLS_SHOWN}` : ''
  return [
    row.recording,
    count(row.entryCount),
    row.from ?? '-',
    row.to ?? '-',
    size(row.storedBytes),
    row.state,
    row.symbols.slice(0, SYMBOLS_SHOWN).join(',') + more,
  ]
}
