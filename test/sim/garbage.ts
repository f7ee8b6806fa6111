/** Frames that no venue should send. */
import type { Random } from '../../src/exchange/random.ts'

const encoder = new TextEncoder()
const HUGE_BYTES = 300_000

/** Something that came on the connection of `stream`. */
export function garbageFrame(random: Random, stream: string): Uint8Array {
  const kinds: readonly (() => Uint8Array)[] = [
    () => new Uint8Array(),
    () => encoder.encode('no JSON at all'),
    () => encoder.encode('{"result":null,"id":7}'),
    () => encoder.encode('{"error":{"code":2,"msg":"Invalid request"},"id":7}'),
    () => encoder.encode('{"stream":"xyzusdt@newKind","data":{"e":"newKind","s":"XYZUSDT","E":1}}'),
    () => encoder.encode(`{"stream":"${stream}","data":{}}`),
    () => encoder.encode(`{"stream":"${stream}","data":[[[[`),
    () => encoder.encode(`{"stream":"${stream}","data":{"e":{"e":"x"},"s":7,"E":"soon","T":-1}}`),
    () => Uint8Array.from({ length: 200 }, () => random.below(256)),
    () => encoder.encode(`{"stream":"${stream}","data":"${'7'.repeat(HUGE_BYTES)}"}`),
  ]
  return (kinds[random.below(kinds.length)] ?? kinds[0])?.() ?? new Uint8Array()
}

/** A frame whose end is missing. */
export const spoiled = (random: Random, frame: Uint8Array): Uint8Array =>
  frame.slice(0, random.below(frame.length))
