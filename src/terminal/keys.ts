/** What a key does. Sequences are those that terminals send. */

export type Action =
  | { readonly kind: 'quit' }
  | { readonly kind: 'nextSymbol' }
  | { readonly kind: 'focus'; readonly panel: number | undefined }
  | { readonly kind: 'pause' }
  | { readonly kind: 'step'; readonly minutes: number }
  | { readonly kind: 'faster'; readonly factor: number }
  | { readonly kind: 'newest' }

export function actionOf(key: string): Action | undefined {
  switch (key) {
    case 'q':
    case '\u0003':
      return { kind: 'quit' }
    case 's':
      return { kind: 'nextSymbol' }
    case ' ':
      return { kind: 'pause' }
    case '+':
      return { kind: 'faster', factor: 2 }
    case '-':
      return { kind: 'faster', factor: 0.5 }
    case 'l':
    case '\u001b[F':
      return { kind: 'newest' }
    case '\u001b[C':
      return { kind: 'step', minutes: 1 }
    case '\u001b[D':
      return { kind: 'step', minutes: -1 }
    default:
      break
  }
  if (/^[1-8]$/.test(key)) return { kind: 'focus', panel: Number(key) - 1 }
  return key === '0' ? { kind: 'focus', panel: undefined } : undefined
}
