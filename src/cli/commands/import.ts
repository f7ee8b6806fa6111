import type { CommandModule } from 'yargs'
import { RecorderError } from '../../base/errors.ts'
import { headOf, venueTimeOf } from '../../decode/venue-time.ts'
import { IMPORT_FORMATS, type ImportOptions, importFile } from '../../interchange/import.ts'
import type { JournalWriter } from '../../journal/journal.ts'
import { LevelJournal } from '../../journal/level-journal.ts'
import { JOURNAL_OPTIONS } from '../journal-options.ts'
import { jsonOption } from '../options.ts'
import { count, print, printJson, remark } from '../output.ts'
import { startProgress } from '../progress.ts'
import { findRecording, pathOfRecording } from '../recordings.ts'
import { writeRecording } from '../write-recording.ts'

interface Argv {
  readonly files: readonly string[]
  readonly recording: string
  readonly append: boolean
  readonly format: (typeof IMPORT_FORMATS)[number] | undefined
  readonly 'skip-bad': boolean
  readonly json: boolean
}

/** `import FILE… --recording NAME`: recorded payloads into a recording. */
export const importCommand: CommandModule<object, Argv> = {
  command: 'import <files..>',
  describe: 'Make a recording of files: NDJSON, or the HftBacktest collector’s format',
  builder: (yargs) =>
    yargs
      .positional('files', {
        type: 'string',
        array: true,
        demandOption: true,
        describe: 'In order',
      })
      .options({
        recording: { type: 'string', demandOption: true, requiresArg: true, describe: 'Its name' },
        append: { type: 'boolean', default: false, describe: 'Add to a recording that is there' },
        format: { choices: IMPORT_FORMATS, describe: 'Default: told from the content' },
        'skip-bad': {
          type: 'boolean',
          default: false,
          describe: 'Leave malformed lines out and count them',
        },
        json: jsonOption,
      }),
  handler: async (argv) => {
    const total = argv.append ? await appendFiles(argv) : await importFiles(argv)
    if (total.firstBadLine !== undefined) {
      remark(`left out ${count(total.badLineCount)} malformed lines, first ${total.firstBadLine}`)
    }
    if (argv.json) printJson({ recording: argv.recording, ...total })
    else print(`${argv.recording}: ${count(total.entryCount)} entries imported`)
  },
}

interface Total {
  entryCount: number
  badLineCount: number
  firstBadLine: string | undefined
}

const importFiles = (argv: Argv): Promise<Total> =>
  writeRecording(pathOfRecording(argv.recording), (journal) => takeFiles(argv, journal))

async function appendFiles(argv: Argv): Promise<Total> {
  const path = await findRecording(argv.recording)
  // Nothing is added unless all of it can be.
  await takeFiles(argv, { append: () => 0, flush: async () => {} })
  const journal = await LevelJournal.openForAppend(path, JOURNAL_OPTIONS)
  try {
    return await takeFiles(argv, journal)
  } finally {
    await journal.close()
  }
}

async function takeFiles(
  argv: Argv,
  writer: Pick<JournalWriter, 'append' | 'flush'>,
): Promise<Total> {
  const progress = startProgress('importing', 'lines')
  const options: ImportOptions = {
    format: argv.format,
    skipBad: argv['skip-bad'],
    headOf,
    venueTimeOf,
    onProgress: (lineCount) => progress.update(lineCount, lineCount),
  }
  const total: Total = { entryCount: 0, badLineCount: 0, firstBadLine: undefined }
  for (const file of argv.files) {
    const result = await importFile(file, writer, options)
    total.entryCount += result.entryCount
    total.badLineCount += result.badLineCount
    total.firstBadLine ??= result.firstBadLine
  }
  progress.end()
  if (total.entryCount === 0) {
    throw new RecorderError('INPUT_MALFORMED', `${argv.files.join(', ')}: no line could be taken`)
  }
  return total
}
