/** What a recorder fact changes for the pipeline. Facts are ours, so `JSON.parse` is fast enough. */
import type { Gap } from './events.ts'

export interface FactEffect {
  readonly text: string
  /** Symbols that have engines from here on. */
  readonly symbols: readonly string[]
  readonly clockOffsetMs: number | undefined
  readonly gap: Gap | undefined
}

const decoder = new TextDecoder()

/** Nothing when the fact is not a JSON object. */
export function readFact(
  channel: string,
  bytes: Uint8Array,
  start: number,
  end: number,
): FactEffect | undefined {
  const text = decoder.decode(bytes.subarray(start, end))
  const fields = fieldsOf(text)
  if (fields === undefined) return undefined
  return {
    text,
    symbols: channel === 'start' ? textsOf(fields['symbols']) : [],
    clockOffsetMs: channel === 'clockOffset' ? numberOf(fields['offsetMs']) : undefined,
    gap: channel === 'gap' ? gapOf(fields) : undefined,
  }
}

function gapOf(fields: Readonly<Record<string, unknown>>): Gap {
  const fromTimeMs = numberOf(fields['fromTimeMs']) ?? 0
  const toTimeMs = numberOf(fields['toTimeMs']) ?? fromTimeMs
  return {
    symbol: typeof fields['symbol'] === 'string' ? fields['symbol'] : '',
    channel: typeof fields['channel'] === 'string' ? fields['channel'] : '',
    cause: typeof fields['cause'] === 'string' ? fields['cause'] : 'unknown',
    missingCount: numberOf(fields['missingCount']) ?? 0,
    durationMs: toTimeMs - fromTimeMs,
  }
}

function fieldsOf(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null
      ? (value as Record<string, unknown>)
      : undefined
  } catch {
    // The caller counts it as a fault.
    return undefined
  }
}

const textsOf = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []

const numberOf = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) ? value : undefined
