/** Command lines run in this process, one after the other: what they print, and their exit status. */
import { runProgram } from '../../src/cli/program.ts'

export interface Ended {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

/** Every command listens for signals, and a test runs many. */
process.setMaxListeners(0)

/** In the folder `cwd`, as if the program had been started there. */
export async function runHere(cwd: string, ...words: readonly string[]): Promise<Ended> {
  const [before, exitBefore] = [process.cwd(), process.exitCode]
  const said = { stdout: '', stderr: '' }
  const streams = ['stdout', 'stderr'] as const
  const restore = streams.map((name) => {
    const stream = process[name]
    const write = stream.write
    stream.write = (chunk: Uint8Array | string) => {
      said[name] += chunk.toString()
      return true
    }
    return () => {
      stream.write = write
    }
  })
  process.chdir(cwd)
  process.exitCode = undefined
  try {
    await runProgram(words)
    return { exitCode: Number(process.exitCode ?? 0), ...said }
  } finally {
    for (const undo of restore) undo()
    process.exitCode = exitBefore
    process.chdir(before)
  }
}
