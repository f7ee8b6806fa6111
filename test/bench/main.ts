/** `npm run bench`: speeds, as ratios measured in one run. `QUICK=1` takes a tenth of the entries. */
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { headOf, venueTimeOf } from '../../src/decode/venue-time.ts'
import { simulateMarket } from '../../src/exchange/simulate-market.ts'
import { importFile } from '../../src/interchange/import.ts'
import { LevelJournal } from '../../src/journal/level-journal.ts'
import type { EntryDraft } from '../../src/model/block.ts'
import { Pipeline } from '../../src/pipeline/pipeline.ts'
import { resolveSettings } from '../../src/pipeline/settings.ts'
import { nowUs, setTimer } from '../../src/runtime/clock.ts'
import { measureCapture } from './capture.ts'
import { measureDecode } from './decode.ts'
import { benchCommits, benchJournal } from './journal.ts'
import { benchReplay } from './replay.ts'
import type { ReplayRates } from './replay-process.ts'

const ENTRIES_MIN = process.env['QUICK'] === '1' ? 100_000 : 1_000_000
const SHARED = fileURLToPath(new URL('../../../shared/', import.meta.url))
const FILES = [
  ['ethusdt_20240808', 'data/ethusdt_20240808.hftbacktest.gz'],
  ['seed1-90m', 'golden/seed1-90m/input.ndjson.gz'],
] as const

const say = (text: string): boolean => process.stdout.write(`${text}\n`)
const kilo = (perSecond: number): string => `${Math.round(perSecond / 1000)} k/s`

for (const [name, path] of FILES) {
  if (existsSync(join(SHARED, path))) await benchData(name, await entriesOf(join(SHARED, path)))
  else say(`${name}: not here, left out`)
}
const simulated = simulatedEntries()
await benchData('simulated market', simulated)
const { commitMsMedian, commitMsP99 } = await benchCommits(simulated, 20_000, 5)
say(
  `commits at 20,000 entries/s: median ${commitMsMedian.toFixed(1)} ms, p99 ${commitMsP99.toFixed(1)} ms`,
)
await benchCapture('durable, engines off', false)
await benchCapture('durable, engines keeping up', true)

async function benchData(name: string, entries: readonly EntryDraft[]): Promise<void> {
  say(`== ${name}: ${entries.length} entries`)
  const payloads = entries.map(({ stream, payload }) => ({
    channel: stream.channel,
    text: new TextDecoder().decode(payload),
  }))
  const decode = measureDecode(name, payloads)
  say(
    `decode, all fields: ${kilo(decode.decodedPerSecond)}, ${(decode.decodedPerSecond / decode.jsonPerSecond).toFixed(2)}x JSON.parse`,
  )
  const journal = await benchJournal(entries)
  say(
    `journal: append ${(journal.appendBytesPerSecond / 1e6).toFixed(0)} MB/s, read ${kilo(journal.readEntriesPerSecond)}`,
  )
  const replays = await benchReplay(entries, ENTRIES_MIN, ['standard', 'reference'])
  for (const [profile, rates] of replays) sayReplay(profile, rates)
}

function sayReplay(profile: string, rates: ReplayRates): void {
  const { replayPerSecond, oneThreadPerSecond, jsonPerSecond, storedFraction } = rates
  const times = (perSecond: number): string => `${(perSecond / jsonPerSecond).toFixed(2)}x`
  say(
    `replay ${profile}: ${kilo(replayPerSecond)}, on one thread ${kilo(oneThreadPerSecond)}, JSON.parse ${kilo(jsonPerSecond)}: ${times(replayPerSecond)}, ${times(oneThreadPerSecond)}`,
  )
  const { marketPerSecond, marketOneThreadPerSecond } = rates
  const { columnsPerSecond, columnsOverJournal, marketColumnsOverJournal } = rates
  const { columnBytesPerEntry } = rates
  say(
    `  markets alone: ${kilo(marketPerSecond)}, on one thread ${kilo(marketOneThreadPerSecond)}: ${times(marketPerSecond)}, ${times(marketOneThreadPerSecond)}`,
  )
  say(
    `  from columns ${kilo(columnsPerSecond)}: ${columnsOverJournal.toFixed(2)}x the journal, markets alone ${marketColumnsOverJournal.toFixed(2)}x, and ${rates.marketColumnsOverOneThread.toFixed(2)}x one thread; ${columnBytesPerEntry.toFixed(1)} bytes an entry`,
  )
  say(
    `  a minute closed and digested in ${rates.minuteMsMedian.toFixed(2)} ms median, ${rates.minuteMsMean.toFixed(2)} ms mean`,
  )
  say(
    `  at most ${(rates.memoryBytes / 2 ** 20).toFixed(0)} MB resident; all takes ${rates.tenfoldTime.toFixed(1)} times as long as a tenth; first entry of a moment: median ${rates.seekMsMedian.toFixed(1)} ms, worst of ${rates.seekCount} ${rates.seekMsMax.toFixed(1)} ms; sealed ${(storedFraction * 100).toFixed(1)} % of payload`,
  )
}

async function benchCapture(name: string, withEngines: boolean): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-'))
  try {
    const journal = await LevelJournal.create(join(folder, 'recording'), { nowUs, setTimer })
    const pipeline = new Pipeline({
      settings: resolveSettings('standard'),
      symbols: [],
      listener: {},
    })
    if (withEngines) journal.onDurable((block) => pipeline.consume(block))
    const rate = await measureCapture(journal, 600_000)
    say(
      `capture over loopback, ${name}: ${kilo(rate.framesPerSecond)}, ${rate.cpuUsPerFrame.toFixed(2)} µs of CPU each`,
    )
    await journal.close()
  } finally {
    await rm(folder, { recursive: true })
  }
}

async function entriesOf(path: string): Promise<readonly EntryDraft[]> {
  const entries: EntryDraft[] = []
  const writer = { append: (draft: EntryDraft) => entries.push(draft), flush: async () => {} }
  await importFile(path, writer, { skipBad: false, headOf, venueTimeOf })
  return entries
}

function simulatedEntries(): readonly EntryDraft[] {
  const startTimeMs = Date.UTC(2026, 0, 5)
  return [...simulateMarket({ seed: 1, symbols: ['BTCUSDT'], startTimeMs, minutes: 60 })].flat()
}
