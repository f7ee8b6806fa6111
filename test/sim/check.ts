/** All checkers over one simulation that has ended. */
import { checkClaims } from './check-claims.ts'
import { checkLosses } from './check-losses.ts'
import { StateCheck } from './check-state.ts'
import { RecordedReader } from './recorded.ts'
import { Simulation, type SimulationOptions } from './simulation.ts'
import { checksumOf } from './witness.ts'

export type CheckerName = 'acknowledged' | 'losses' | 'state' | 'digests' | 'memory' | 'limits'

export interface Violation {
  readonly checker: CheckerName
  readonly problem: string
}

export interface Verdict {
  readonly seed: number
  readonly violations: readonly Violation[]
  readonly entryCount: number
  readonly frameCount: number
  readonly incidentCount: number
  readonly runCount: number
  readonly bookCount: number
  readonly minuteCount: number
  readonly digestCount: number
}

/** Runs one seed, and has everything checked. */
export async function simulate(options: SimulationOptions): Promise<Verdict> {
  const simulation = new Simulation(options)
  await simulation.run()
  return await judge(simulation)
}

export async function judge(simulation: Simulation): Promise<Verdict> {
  const { witness, disk, memory, network } = simulation
  const reader = new RecordedReader()
  const state = new StateCheck(simulation)
  const acknowledged = new Map(witness.acknowledged)
  const lost: string[] = [...witness.problems, ...disk.unnoticed]
  for await (const block of disk.blocks()) {
    reader.take(block)
    state.take(block)
    for (let index = 0; index < block.count; index += 1) {
      const seq = block.firstSeq + index
      const promised = acknowledged.get(seq)
      acknowledged.delete(seq)
      if (promised !== undefined && promised !== checksumOf(block, index)) {
        lost.push(`entry ${seq} is not the one that was acknowledged`)
      }
    }
  }
  if (acknowledged.size > 0) {
    lost.push(
      `${acknowledged.size} acknowledged entries from ${[...acknowledged.keys()][0]} are lost`,
    )
  }
  const recorded = reader.recorded()
  const { state: wrong, digests, bookCount, minuteCount, digestCount } = state.problems(recorded)
  const violations: Violation[] = []
  const add = (checker: CheckerName, problems: readonly string[]): void => {
    for (const problem of problems) violations.push({ checker, problem })
  }
  add('acknowledged', lost)
  add('losses', checkLosses(simulation, recorded))
  add('losses', checkClaims(simulation, recorded))
  add('state', wrong)
  add('digests', digests)
  add('memory', memory.problems)
  if (network.rest.tooEarlyCount > 0 && !simulation.hasClockJump) {
    add('limits', [`${network.rest.tooEarlyCount} requests while the venue wanted none`])
  }
  return {
    seed: simulation.options.seed,
    violations,
    entryCount: recorded.entryCount,
    frameCount: witness.frameCount,
    incidentCount: network.incidents.length,
    runCount: simulation.endsMs.length,
    bookCount,
    minuteCount,
    digestCount,
  }
}

/** One line for each violation, and how to see it again. */
export function describeVerdict({ seed, violations }: Verdict): string {
  const lines = violations.slice(0, 12).map(({ checker, problem }) => `  ${checker}: ${problem}`)
  return [`seed ${seed} fails; again with SEED=${seed} npm run test:seeds`, ...lines].join('\n')
}
