import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { measureCapture } from '/work/main/test/bench/capture.ts'
import { LevelJournal } from '/work/main/src/journal/level-journal.ts'
import { nowUs, setTimer } from '/work/main/src/runtime/clock.ts'
class Null { seq=0; ls:any[]=[]; append(d:any){ return this.seq++ } flush(){return Promise.resolve()} get durableSeq(){return this.seq} onDurable(){} close(){return Promise.resolve()} }
const n = Number(process.argv[3] ?? 600000)
for (let r=0;r<2;r++) {
if (process.argv[2]==='null') console.log('null', await measureCapture(new Null() as any, n))
else { const f = await mkdtemp('/tmp/cap-'); const j = await LevelJournal.create(join(f,'rec'), {nowUs,setTimer}); 
const t=Date.now(); console.log('level', await measureCapture(j, n)); await j.close(); await rm(f,{recursive:true}) }
}
