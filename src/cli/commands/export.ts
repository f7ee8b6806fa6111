import type { CommandModule } from 'yargs'
import { exportRecording } from '../../interchange/export.ts'
import { openRecording, resolveRange } from '../../replay/recording.ts'
import { jsonOption, rangeOptions, recordingOption } from '../options.ts'
import { count, print, printJson, remark } from '../output.ts'
import { startProgress } from '../progress.ts'
import { findRecording } from '../recordings.ts'

interface Argv {
  readonly recording: string | undefined
  readonly out: string
  readonly facts: boolean
  readonly from: string | undefined
  readonly to: string | undefined
  readonly json: boolean
}

/** `export --recording NAME --out FILE`: NDJSON in receive order. */
export const exportCommand: CommandModule<object, Argv> = {
  command: 'export',
  describe: 'Write a recording as NDJSON',
  builder: {
    recording: recordingOption,
    out: {
      type: 'string',
      demandOption: true,
      requiresArg: true,
      describe: 'File; gzipped when it ends in .gz',
    },
    facts: {
      type: 'boolean',
      default: false,
      describe: 'Recorder facts too, and all that only the recorder knew: lossless',
    },
    ...rangeOptions,
    json: jsonOption,
  },
  handler: async (argv) => {
    const recording = await openRecording(await findRecording(argv.recording))
    const progress = startProgress('exporting', 'entries')
    try {
      const range = await resolveRange(recording, argv.from, argv.to)
      const result = await exportRecording(recording.reader, {
        path: argv.out,
        facts: argv.facts,
        range,
        onProgress: (seq) => progress.update(seq - range.fromSeq, range.toSeq - range.fromSeq),
      })
      progress.end()
      if (argv.json) printJson({ out: argv.out, ...result })
      else print(`${argv.out}: ${count(result.lineCount)} lines`)
      if (result.factsLeftOut > 0 && !argv.json) {
        const { factsLeftOut, gapsLeftOut } = result
        remark(
          `left out ${count(factsLeftOut)} recorder facts, ${count(gapsLeftOut)} of them gaps (--facts keeps them)`,
        )
      }
    } finally {
      await recording.reader.close()
    }
  },
}
