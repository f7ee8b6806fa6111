/** The names of contracts as users write them: `BTC` or `BTCUSDT`, in any case. */

const QUOTE = 'USDT'

/** `BTC` for `BTCUSDT`; other names as they are. */
export const shortSymbol = (symbol: string): string =>
  symbol.endsWith(QUOTE) && symbol.length > QUOTE.length ? symbol.slice(0, -QUOTE.length) : symbol

/**
 * The one of `symbols` that is meant. No name is BTC where there is one, else the first.
 * @returns `undefined` where none fits.
 */
export function findSymbol(
  symbols: readonly string[],
  name: string | undefined,
): string | undefined {
  if (name === undefined) return findSymbol(symbols, 'BTC') ?? symbols[0]
  const wanted = name.trim().toUpperCase()
  return (
    symbols.find((symbol) => symbol.toUpperCase() === wanted) ??
    symbols.find((symbol) => shortSymbol(symbol).toUpperCase() === wanted)
  )
}
