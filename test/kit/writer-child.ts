/**
 * A writer that is going to be killed: appends as fast as the journal takes it, and says on standard
 * output up to which sequence everything was acknowledged as durable. Arguments: the recording, and
 * how many payload bytes end a segment.
 */
import { writeSync } from 'node:fs'
import { LevelJournal } from '../../src/journal/level-journal.ts'
import { nowUs, setTimer } from '../../src/runtime/clock.ts'
import { entries } from './entries.ts'

const [path = '', segmentBytes = '1000000'] = process.argv.slice(2)
const journal = await LevelJournal.openForAppend(path, {
  nowUs,
  setTimer,
  commitMs: 5,
  segmentBytes: Number(segmentBytes),
})
journal.onDurable((block) => {
  // Synchronous: what is said here was acknowledged, and is said before anything else happens.
  writeSync(1, `${block.firstSeq + block.count}\n`)
})
writeSync(1, `open ${journal.opening.nextSeq} ${journal.opening.recoveredFromCrash}\n`)
for (let round = 0; round < 100_000; round += 1) {
  for (const draft of entries(200, 50, journal.durableSeq)) journal.append(draft)
  await journal.flush()
}
