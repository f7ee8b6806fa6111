/** Requests as they were answered, for /metrics. */
import type { FastifyInstance } from 'fastify'

interface Row {
  readonly route: string
  readonly status: number
  count: number
  secondsSum: number
}

/** Upper bounds of the classes that durations are counted in. Unit: s. */
export const BUCKETS_S = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1] as const

export class RequestCounts {
  readonly rows = new Map<string, Row>()
  readonly buckets = BUCKETS_S.map(() => 0)
  count = 0
  secondsSum = 0

  watch(app: FastifyInstance): void {
    app.addHook('onResponse', (request, reply, done) => {
      this.#add(request.routeOptions.url ?? 'none', reply.statusCode, reply.elapsedTime / 1000)
      done()
    })
  }

  #add(route: string, status: number, seconds: number): void {
    const key = `${route} ${status}`
    const row = this.rows.get(key) ?? { route, status, count: 0, secondsSum: 0 }
    this.rows.set(key, row)
    row.count += 1
    row.secondsSum += seconds
    this.count += 1
    this.secondsSum += seconds
    for (const [place, bound] of BUCKETS_S.entries()) {
      if (seconds <= bound) this.buckets[place] = (this.buckets[place] ?? 0) + 1
    }
  }
}
