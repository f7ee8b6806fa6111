// Whether the daemon answers: exit 0 when it does, 1 when it did not in as many tries as are given.
// `/v1/status` answers 200 as soon as the process lives; `/v1/health` says 503 until it is ready.
const base = process.env.MOONREPLAY_URL ?? 'http://127.0.0.1:8899'
const [tries = '1', path = '/v1/status'] = process.argv.slice(2)
const WAIT_MS = 5_000

for (let attempt = 0; attempt < Number(tries); attempt += 1) {
  try {
    const { ok } = await fetch(base + path, { signal: AbortSignal.timeout(WAIT_MS) })
    if (ok) process.exit(0)
  } catch {
    // Nobody answered: the next try tells, or the exit status.
  }
  if (attempt + 1 < Number(tries)) await new Promise((resolve) => setTimeout(resolve, WAIT_MS))
}
process.exit(1)
