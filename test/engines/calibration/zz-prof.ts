import { runWhole, referenceSettings } from './whole-run.ts'
import * as fb from '../../../src/engines/calibration/reference-feedback.ts'
for (let i=0;i<3;i++) { const t=process.hrtime.bigint(); runWhole('real-jan27', undefined, referenceSettings()); console.log(Number(process.hrtime.bigint()-t)/1e6,'ms') }
