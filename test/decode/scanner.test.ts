import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { Decoder } from '../../src/decode/decoder.ts'
import { DepthUpdate } from '../../src/model/messages.ts'
import { decodeBytes, decodeText } from './decode-text.ts'
import { expectedOf } from './oracle.ts'
import { SAMPLES, wrapped } from './sample-payloads.ts'
import { compileScanner } from './wasm/compile.ts'
import { moduleText } from './wasm/module-text.ts'

const MODULE = fileURLToPath(new URL('../../src/decode/scanner-module.ts', import.meta.url))
/** Bytes that the scanner has room for. */
const ROOM = 1 << 20

const encoder = new TextEncoder()

type Levels = readonly (readonly [price: string, size: string])[]

const levelsText = (levels: Levels): string =>
  levels.map(([price, size]) => `["${price}","${size}"]`).join(',')

const diff = (bids: Levels, asks: Levels = []): string =>
  SAMPLES.depth.replace(/"b".*/, `"b":[${levelsText(bids)}],"a":[${levelsText(asks)}]}`)

const book = (bids: Levels, asks: Levels): string =>
  SAMPLES.depthSnapshot.replace(
    /"bids".*/,
    `"bids":[${levelsText(bids)}],"asks":[${levelsText(asks)}]}`,
  )

const manyLevels = (count: number): Levels =>
  Array.from({ length: count }, (_, index) => [
    (1000 + index / 10).toFixed(2),
    ((index * 7919) % 1000).toFixed(3),
  ])

function* levelsOfAllLengths(): Generator<Levels> {
  for (let decimals = 0; decimals <= 17; decimals += 1) {
    const fraction = decimals === 0 ? '' : `.${'8070605040302010908'.slice(0, decimals)}`
    for (let whole = 1; whole <= 18; whole += 1) {
      const digits = `${'1234567890123456789'.slice(0, whole)}${fraction}`
      const nines = `${'9'.repeat(whole)}${fraction}`
      yield [[digits, '0.25']]
      yield [['0.25', digits]]
      yield [[digits, nines]]
      yield [
        [`7${fraction}`, `1${fraction}`],
        [nines, `5${fraction}`],
      ]
    }
  }
}

/** Texts behind each other, and where each begins and ends. */
function joined(texts: readonly string[]) {
  let end = 0
  const ranges = texts.map((text) => {
    end += text.length
    return [end - text.length, end] as const
  })
  return { bytes: encoder.encode(texts.join('')), ranges }
}

test('the committed module is the compiled source: `npm run wasm` makes it', async () => {
  const committed = await readFile(MODULE, 'utf8')
  // Not `toBe`, which would print both: what helps is the command.
  const isCompiled = committed === moduleText(await compileScanner())
  expect(isCompiled, 'scanner-module.ts is not made out of scanner.as: npm run wasm').toBe(true)
})

describe('numbers', () => {
  // Goal: every length of whole part and decimals is read as it stands, on the way it should take.
  // Method: both sides of each limit (32 bytes of a level, 15 digits, 17 characters, 2^53), against
  // BigInt.
  test('of every length and number of decimals are read as they stand', () => {
    const decoder = new Decoder()
    for (const levels of levelsOfAllLengths()) {
      const text = diff(levels, levels.slice(0, 1))
      const { message, way } = decodeText(decoder, 'depth', text)
      const numbers = levels.flat()
      const isExact = numbers.every((number) => BigInt(number.replace('.', '')) < 2n ** 53n)
      const isShort = numbers.every(({ length }) => length <= 17)
      expect(way, text).toBe(isExact ? (isShort ? 'fast' : 'slow') : 'fault')
      if (isExact) expect(message).toEqual(expectedOf('depth', text))
    }
  })

  test.each([
    ['9007199254740991', 'fast'],
    ['9007199254740992', 'fault'],
    ['9007199254740993', 'fault'],
    ['90071992547409.91', 'fast'],
    ['90071992547409.92', 'fault'],
    ['90071992547409.93', 'fault'],
    ['999999999999999', 'fast'],
    ['9999999999999999', 'fault'],
    ['99999999999999999', 'fault'],
  ])('%s goes the way %s', (number, way) => {
    for (const text of [diff([[number, '1']]), diff([['1', number]])]) {
      const decoded = decodeText(new Decoder(), 'depth', text)
      expect(decoded.way).toBe(way)
      if (way === 'fast') expect(decoded.message).toEqual(expectedOf('depth', text))
    }
  })

  test('may have the decimals of the first level and no others', () => {
    for (const level of ['["1.5","1.00"]', '["1.555","1.00"]', '["1.55","1.0"]', '["1","1.00"]']) {
      const text = diff([['1.55', '1.00']]).replace(']]', `],${level}]`)
      expect(decodeText(new Decoder(), 'depth', text).way, text).toBe('slow')
    }
  })

  test('of a head are whole, without a zero in front, and below 2^53', () => {
    for (const [id, way] of [
      ['1', 'fast'],
      ['0', 'fast'],
      ['100000000000000', 'fast'],
      ['9007199254740991', 'fast'],
      ['9007199254740992', 'fault'],
      ['01', 'fault'],
      ['000000000000000001', 'fault'],
      ['', 'fault'],
    ] as const) {
      const text = SAMPLES.depth.replace('"u":4100612022463', `"u":${id}`)
      const decoded = decodeText(new Decoder(), 'depth', text)
      expect(decoded.way, id).toBe(way)
      if (way === 'fast') expect(decoded.message).toEqual(expectedOf('depth', text))
    }
  })
})

// Goal: no byte of a level goes unread, in the 32 bytes that are looked at as a whole or behind them.
// Method: each byte exchanged for each of a few, levels shorter, as long and longer than that.
test('a level with another byte in it is read as JSON.parse reads it, or not at all', () => {
  const decoder = new Decoder()
  const first = ['1234567890123.25', '1.2345678901234'] as const
  for (const levels of [
    [['67438.30', '0.393']],
    [['7', '120']],
    [first],
    [first, ['123456789012.25', '12.3456789012345'], ['1.25', '12.2345678901234']],
  ] as const) {
    const text = diff(levels, levels)
    for (let at = text.indexOf('"b"'); at < text.length; at += 1) {
      for (const byte of '09/:."[],}x\u00b5') {
        const changed = text.slice(0, at) + byte + text.slice(at + 1)
        const bytes = Uint8Array.from(Buffer.from(changed, 'latin1'))
        const { message, way } = decodeBytes(decoder, 'depth', bytes)
        if (way === 'fast') expect(message, changed).toEqual(expectedOf('depth', changed))
      }
    }
  }
})

describe('fields that the venue added', () => {
  const AT = [',"U"', ',"b"', '}'] as const
  test.each([
    [',"st":2', 'fast', true],
    [',"st":1,"ps":"BTCUSDT","x1":-2.50,"ok":true,"no":false', 'fast', false],
    [',"st":2,"st":1', 'fast', false],
    [',"st":22', 'fault', false],
    [',"x1":01', 'fault', false],
    [',"x1":1.', 'fault', false],
    [',"x1":nul', 'fault', false],
    [',"x1":"a\\n"', 'slow', false],
  ] as const)('%s: %s, coin-margined %s', (fields, way, coinMargined) => {
    for (const behind of AT) {
      const place = SAMPLES.depth.lastIndexOf(behind)
      const text = SAMPLES.depth.slice(0, place) + fields + SAMPLES.depth.slice(place)
      for (const whole of [text, wrapped('btcusdt@depth@100ms', text)]) {
        const decoded = decodeText(new Decoder(), 'depth', whole)
        // A number that no scanner takes for `st` is still JSON.
        expect(decoded.way, whole).toBe(fields.includes(':22') ? 'slow' : way)
        expect(decoded.coinMargined).toBe(coinMargined)
      }
    }
  })

  test('a margin of one book is forgotten with the next', () => {
    const decoder = new Decoder()
    const text = `${SAMPLES.depth.slice(0, -1)},"st":2}`
    expect(decodeText(decoder, 'depth', text).coinMargined).toBe(true)
    expect(decodeText(decoder, 'depthSnapshot', SAMPLES.depthSnapshot).coinMargined).toBe(false)
    expect(decodeText(decoder, 'depth', text).coinMargined).toBe(true)
    expect(decodeText(decoder, 'depth', SAMPLES.depth).coinMargined).toBe(false)
  })
})

describe('the memory of the scanner', () => {
  test('holds a block of many payloads, read in any order', () => {
    const texts = Array.from({ length: 300 }, (_, index) =>
      index % 7 === 3
        ? book(manyLevels(index), manyLevels(index + 1))
        : diff(manyLevels(index % 40), manyLevels((index * 3) % 50)),
    )
    const { bytes, ranges } = joined(texts)
    const decoder = new Decoder()
    for (let step = 0; step < texts.length; step += 1) {
      const index = (step * 101) % texts.length
      const [start = 0, end = 0] = ranges[index] ?? []
      const channel = index % 7 === 3 ? 'depthSnapshot' : 'depth'
      const { message, way } = decodeBytes(decoder, channel, bytes, start, end)
      expect(way).toBe('fast')
      expect(message).toEqual(expectedOf(channel, texts[index] ?? ''))
    }
  })

  test('takes bytes that fill it to the last, and the payload at their end', () => {
    const text = diff(manyLevels(3), manyLevels(2))
    const bytes = encoder.encode(' '.repeat(ROOM - text.length) + text)
    const { message, way } = decodeBytes(new Decoder(), 'depth', bytes, ROOM - text.length, ROOM)
    expect(way).toBe('fast')
    expect(message).toEqual(expectedOf('depth', text))
  })

  test('takes one payload at a time of bytes that are too many for it', () => {
    const texts = Array.from({ length: 1000 }, (_, index) =>
      diff(manyLevels(index % 100), [['1.00', `${index}.000`]]),
    )
    const { bytes, ranges } = joined(texts)
    expect(bytes.length).toBeGreaterThan(ROOM)
    const decoder = new Decoder()
    for (const [index, [start, end]] of ranges.entries()) {
      const { message, way } = decodeBytes(decoder, 'depth', bytes, start, end)
      expect(way).toBe('fast')
      expect(message).toEqual(expectedOf('depth', texts[index] ?? ''))
    }
  })

  test('leaves a payload that is too long for it to JSON.parse, and is good for the next', () => {
    const text = book(manyLevels(50_000), manyLevels(3))
    expect(text.length).toBeGreaterThan(ROOM)
    const decoder = new Decoder()
    const { message, way } = decodeText(decoder, 'depthSnapshot', text)
    expect(way).toBe('slow')
    expect(message).toEqual(expectedOf('depthSnapshot', text))
    expect(decodeText(decoder, 'depthSnapshot', SAMPLES.depthSnapshot).way).toBe('fast')
  })

  test('reads a REST book of 5,000 levels a side', () => {
    const text = book(manyLevels(5000), manyLevels(4999))
    const { message, way } = decodeText(new Decoder(), 'depthSnapshot', text)
    expect(way).toBe('fast')
    expect(message).toEqual(expectedOf('depthSnapshot', text))
  })

  // Goal: no list of levels that fits writes beyond its own part of the memory.
  test('has room for as many levels as can come, of both messages at once', () => {
    const shortest: Levels = Array.from({ length: 104_800 }, (_, index) => [`${index % 10}`, '7'])
    const decoder = new Decoder()
    for (const channel of ['depth', 'depthSnapshot'] as const) {
      const text = channel === 'depth' ? diff(shortest) : book(shortest, [])
      expect(text.length).toBeLessThanOrEqual(ROOM)
      expect(text.length).toBeGreaterThan(ROOM - 1000)
      expect(decodeText(decoder, channel, text).way).toBe('fast')
    }
    for (const { priceUnits, sizeUnits } of [decoder.depthUpdate, decoder.depthSnapshot]) {
      const prices = priceUnits.subarray(0, shortest.length)
      expect(prices.every((units, index) => units === index % 10)).toBe(true)
      expect(sizeUnits.subarray(0, shortest.length).every((units) => units === 7)).toBe(true)
    }
  })

  test('gives the levels of two decoders, of a diff and of a book places of their own', () => {
    const [one, other] = [new Decoder(), new Decoder()]
    decodeText(one, 'depth', diff([['1.0', '2.0']]))
    decodeText(other, 'depth', diff([['3.0', '4.0']]))
    decodeText(one, 'depthSnapshot', book([['5.0', '6.0']], []))
    decodeText(other, 'depthSnapshot', book([['7.0', '8.0']], []))
    const firstLevels = [one, other].flatMap(({ depthUpdate, depthSnapshot }) =>
      [depthUpdate, depthSnapshot].map(({ priceUnits, sizeUnits }) => [
        priceUnits[0],
        sizeUnits[0],
      ]),
    )
    expect(firstLevels).toEqual([
      [10, 20],
      [50, 60],
      [30, 40],
      [70, 80],
    ])
  })

  // Goal: what an earlier block left behind the bytes is never read as a part of them.
  // Method: every cut of a payload that lies there whole, with a brace at its end and without.
  test('counts nothing of what earlier bytes left in it', () => {
    for (const [channel, text] of [
      ['depth', SAMPLES.depth],
      ['depth', wrapped('btcusdt@depth@100ms', `${SAMPLES.depth.slice(0, -1)},"st":2}`)],
      ['depthSnapshot', SAMPLES.depthSnapshot],
    ] as const) {
      const decoder = new Decoder()
      for (let cut = 0; cut < text.length; cut += 1) {
        for (const short of [text.slice(0, cut), `${text.slice(0, cut)}}`]) {
          if (short === text) continue
          expect(decodeText(decoder, channel, text).way).toBe('fast')
          const bytes = encoder.encode(short)
          expect(decodeBytes(decoder, channel, bytes).way, short).not.toBe('fast')
          expect(decodeBytes(decoder, channel, bytes, 0, text.length).way, short).not.toBe('fast')
        }
      }
    }
  })

  test('lends its levels to messages that are copied, or filled by JSON.parse', () => {
    const decoder = new Decoder()
    const copy = new DepthUpdate()
    decodeText(decoder, 'depth', diff(manyLevels(500)))
    copy.copyFrom(decoder.depthUpdate)
    const wide = diff(manyLevels(110_000))
    expect(decodeText(decoder, 'depth', wide)).toMatchObject({
      way: 'slow',
      message: expectedOf('depth', wide),
    })
    const text = diff([['1.0', '2.0']])
    expect(decodeText(decoder, 'depth', ` ${text}`)).toMatchObject({
      way: 'slow',
      message: expectedOf('depth', text),
    })
    expect(decodeText(decoder, 'depth', text)).toMatchObject({
      way: 'fast',
      message: expectedOf('depth', text),
    })
    expect(copy.bidCount).toBe(500)
    expect([copy.priceUnits[499], copy.sizeUnits[499]]).toEqual([104990, 581_000])
  })
})
