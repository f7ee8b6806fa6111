/**
 * Small JSON files that find a flipped byte in themselves: canonical text, whose last field is the
 * SHA-256 of the text with that field empty.
 */
import { createHash } from 'node:crypto'

/** The text of `body`, signed. */
export function signedText(body: Readonly<Record<string, unknown>>): string {
  return textOf({ ...body, sha256: sha256Hex(textOf({ ...body, sha256: '' })) })
}

/** What a signed text says; nothing where a byte of it is not as it was written. */
export function readSignedText(text: string): Readonly<Record<string, unknown>> | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return undefined
  }
  if (typeof value !== 'object' || value === null) return undefined
  const { sha256: _, ...body } = value as Record<string, unknown>
  return signedText(body) === text ? body : undefined
}

export const sha256Hex = (data: string | Uint8Array): string =>
  createHash('sha256').update(data).digest('hex')

const textOf = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`
