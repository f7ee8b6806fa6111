/** A thread that runs trials as they come. */
import { parentPort, workerData } from 'node:worker_threads'
import { assert } from '../base/assert.ts'
import { type TrialContext, type TrialRequest, trialRunner } from './trial-runner.ts'

const run = trialRunner(workerData as TrialContext)
const port = parentPort
assert(port !== null, 'this file is run as a worker thread')

port.on('message', (request: TrialRequest) => {
  port.postMessage(run(request))
})
