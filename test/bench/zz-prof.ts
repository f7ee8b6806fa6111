import { openRecording } from '../../src/replay/recording.ts'
import { replay } from '../../src/replay/replay.ts'
import { resolveSettings } from '../../src/pipeline/settings.ts'
import { Pipeline } from '../../src/pipeline/pipeline.ts'
const rec = await openRecording(process.argv[2]!)
for (let k = 0; k < 4; k++) {
  const t0 = performance.now(); const blocks = []; for await (const b of rec.reader.blocks()) blocks.push(b)
  const t1 = performance.now()
  const p = new Pipeline({ settings: resolveSettings((process.argv[3] ?? 'standard') as 'standard'), symbols: rec.symbols, listener: {} })
  for (const b of blocks) p.consume(b)
  const t2 = performance.now()
  const r = await replay(rec.reader, { settings: resolveSettings('standard'), symbols: rec.symbols, fromSeq: 0, toSeq: rec.reader.nextSeq, startSeq: 0, nowUs: () => performance.now() * 1000 })
  console.log('read', Math.round(rec.reader.nextSeq / (t1 - t0)), 'k/s; consume', Math.round(rec.reader.nextSeq / (t2 - t1)), 'k/s; replay', Math.round(r.entriesPerSecond/1000))
}
await rec.reader.close()
