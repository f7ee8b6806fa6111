/** `--weights`: the file that the engines of a symbol start from. */
import { readFile } from 'node:fs/promises'
import { RecorderError } from '../base/errors.ts'
import { shortSymbol } from '../projections/symbol-name.ts'
import type { Recording } from '../replay/recording.ts'

/** The file's text for the symbol that it names. */
export async function readWeights(
  path: string,
  { symbols }: Recording,
): Promise<ReadonlyMap<string, string>> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new RecorderError('FILE_UNREADABLE', `${path} cannot be read`, { cause })
  })
  let named: unknown
  try {
    named = (JSON.parse(text) as { readonly symbol?: unknown } | null)?.symbol
  } catch (cause) {
    throw new RecorderError('WEIGHTS_MISMATCH', `${path} is not JSON`, { cause })
  }
  const symbol = symbols.find((candidate) => shortSymbol(candidate) === named)
  if (symbol === undefined) {
    const wanted = symbols.map(shortSymbol).join(', ')
    throw new RecorderError(
      'WEIGHTS_MISMATCH',
      `${path} is of symbol ${String(named)}; this recording has ${wanted}`,
    )
  }
  return new Map([[symbol, text]])
}
