// Messages that are not as the venue documents them: kept, counted, and told once with a sample.
import { describe, expect, test } from 'vitest'
import { fieldSignature, SchemaWatch } from '../../src/capture/schema-watch.ts'
import { BINANCE } from '../../src/capture/venues/binance.ts'
import { Rig } from './rig.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

describe('a field that is new', () => {
  test('is one fact with a sample and one alarm, and every such message is kept and counted', async () => {
    const rig = new Rig({ symbols: ['BTCUSDT'] })
    await rig.world.pass(1_000)
    rig.world.disguise = (payload, stream) =>
      stream.endsWith('@aggTrade') ? payload.replace('"m":true', '"m":true,"zz":7') : payload
    await rig.world.pass(2_000)
    expect(await rig.facts('drift')).toMatchObject([
      { symbol: 'BTCUSDT', channel: 'aggTrade', reason: 'with the new zz' },
    ])
    expect((await rig.facts('drift'))[0]?.sample).toContain('"zz":7')
    expect(rig.alarms).toEqual(['drift warning aggTrade: with the new zz'])
    const { drifts, counters } = rig.capture.health()
    expect([drifts[0]?.frameCount, counters.driftFrames]).toEqual([20, 20])
    expect((await rig.ofChannel('aggTrade')).length).toBe(30)
  })

  test.each([
    ['st and ps of the merged exchanges', '"m":true', '"m":true,"st":1,"ps":"BTCUSDT"'],
    ['nq left out, as before 2025-12-31', '"nq":"2",', ''],
  ])('is none where it is documented as optional: %s', async (_, from, to) => {
    const rig = new Rig({ symbols: ['BTCUSDT'] })
    rig.world.disguise = (payload) => payload.replace(from, to)
    await rig.world.pass(2_000)
    expect(await rig.facts('drift')).toEqual([])
  })
})

describe('a field that is gone', () => {
  test('is named, also inside an order', async () => {
    const rig = new Rig({ symbols: ['BTCUSDT'] })
    rig.world.disguise = (payload, stream) =>
      stream === 'btcusdt@forceOrder' ? payload.replace('"z":"1",', '') : payload
    await rig.world.pass(1_000)
    expect((await rig.facts('drift')).map(({ reason }) => reason)).toEqual(['without o.z'])
  })

  test('of a reply is told as well', async () => {
    const rig = new Rig({ symbols: ['BTCUSDT'] })
    rig.world.answer = (path) =>
      path === '/fapi/v1/openInterest'
        ? { status: 200, headers: {}, body: bytes('{"symbol":"X","amount":"5","time":1}') }
        : undefined
    await rig.world.pass(1_000)
    expect((await rig.facts('drift')).map(({ channel, reason }) => `${channel} ${reason}`)).toEqual(
      ['openInterest without openInterest, with the new amount'],
    )
  })
})

test('a kind of message that nobody asked for is kept under its name, and told once', async () => {
  const rig = new Rig({ symbols: ['BTCUSDT'] })
  await rig.world.pass(100)
  const [socket] = rig.world.openSockets
  for (let time = 0; time < 3; time += 1) {
    socket?.handlers.received(bytes(`{"e":"tradingSession","E":${time},"s":"BTCUSDT"}`))
  }
  socket?.handlers.received(bytes('{"result":null,"id":1}'))
  await rig.world.pass(10)
  expect((await rig.ofChannel('tradingSession')).length).toBe(3)
  expect(await rig.facts('drift')).toMatchObject([{ channel: 'tradingSession', symbol: 'BTCUSDT' }])
  expect(rig.capture.health().counters.unknownFrames).toBe(4)
})

test('a signature tells field sets apart, whatever their order, values and lists', () => {
  const of = (text: string): number => fieldSignature(bytes(text), 0)
  expect(of('{"a":1,"b":"x","c":[["1","2"]]}')).toBe(of('{"c":[],"b":"\\"a\\":","a":"b"}'))
  expect(of('{"a":1,"b":2}')).not.toBe(of('{"a":1}'))
  expect(of('{"a":{"b":1}}')).not.toBe(of('{"a":1,"b":1}'))
  expect(of('{"a":1,"b":2')).toBe(of('{"a":1,"b":2}'))
})

test('a venue that makes field names up is not remembered without end', () => {
  const told: string[] = []
  const watch = new SchemaWatch(BINANCE.fields, ({ reason }) => told.push(reason))
  for (let index = 0; index < 2_000; index += 1) {
    const payload = `{"data":{"e":"trade","E":1,"T":1,"s":"X","t":1,"p":"1","q":"1","X":"M","m":true,"x${index}":1}}`
    watch.check('trade', 'X', bytes(payload), true, 0)
  }
  expect(watch.driftCount).toBe(2_000)
  expect(told.length).toBe(256)
})
