import type { CommandModule } from 'yargs'
import { CACHE_FOLDER, columnFindings } from '../../columns/column-cache.ts'
import { verifyRecording } from '../../journal/verify.ts'
import { CHECKPOINT_FOLDER, checkpointFindings } from '../../replay/checkpoint-store.ts'
import { tapeFindings } from '../../sweep/tape-store.ts'
import { jsonOption, recordingOption } from '../options.ts'
import { count, print, printJson } from '../output.ts'
import { startProgress } from '../progress.ts'
import { findRecording } from '../recordings.ts'

/** `verify`: integrity from raw bytes. Exit 1 when there is damage. */
export const verifyCommand: CommandModule<
  object,
  { readonly recording: string | undefined; readonly json: boolean }
> = {
  command: 'verify',
  describe: 'Check every byte of a recording; exit 1 when something is damaged',
  builder: { recording: recordingOption, json: jsonOption },
  handler: async (argv) => {
    const path = await findRecording(argv.recording)
    const progress = startProgress('verifying', 'entries')
    const result = await verifyRecording(path, {
      derived: [
        { folder: CHECKPOINT_FOLDER, check: checkpointFindings },
        { folder: CACHE_FOLDER, check: columnFindings },
        { folder: CACHE_FOLDER, check: tapeFindings },
      ],
      onProgress: (nextSeq) => progress.update(nextSeq, nextSeq),
    })
    progress.end()
    const damageCount = result.findings.filter(({ kind }) => kind === 'damage').length
    if (argv.json) {
      printJson({ recording: path, ...result, ok: damageCount === 0 })
    } else {
      for (const { kind, path: where, fromSeq, toSeq, problem } of result.findings) {
        const seqs = fromSeq === undefined ? '' : ` (seq ${fromSeq} to ${toSeq})`
        print(`${kind}: ${where}${seqs}: ${problem}`)
      }
      const verdict = damageCount === 0 ? 'whole' : `${count(damageCount)} findings of damage`
      print(
        `${path}: ${count(result.entryCount)} entries in ${result.segmentCount} sealed segments, ${verdict}`,
      )
      if (result.digest !== undefined) print(`digest ${result.digest}`)
    }
    if (damageCount > 0) process.exitCode = 1
  },
}
