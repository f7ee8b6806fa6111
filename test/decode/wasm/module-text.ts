/** The file that holds the compiled scanner. */
const LINE = 90

export function moduleText(compiled: Uint8Array): string {
  const base64 = Buffer.from(compiled).toString('base64')
  const lines = base64.match(new RegExp(`.{1,${LINE}}`, 'g')) ?? []
  return `/** Made by \`npm run wasm\` out of \`scanner.as\`. */
export const SCANNER_BASE64 = [
${lines.map((line) => `  '${line}',`).join('\n')}
].join('')
`
}
