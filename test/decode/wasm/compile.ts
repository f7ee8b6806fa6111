/** Compiles the scanner of what comes most. Nothing in `src` can: the compiler is a tool of the tests. */
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { main } from 'assemblyscript/asc'

const SOURCE = fileURLToPath(new URL('../../../src/decode/scanner.as', import.meta.url))
/** 64 KiB each: room for all that `scanner.as` lays out. */
const PAGES = '69'

/** The compiled module. */
export async function compileScanner(): Promise<Uint8Array> {
  const source = await readFile(SOURCE, 'utf8')
  let compiled: Uint8Array | undefined
  const flags = ['--optimizeLevel', '3', '--shrinkLevel', '0', '--converge', '--noAssert']
  const shape = ['--runtime', 'stub', '--enable', 'simd', '--use', 'abort=']
  const memory = ['--initialMemory', PAGES, '--maximumMemory', PAGES]
  const { error, stderr } = await main(
    ['scanner.ts', '--outFile', 'scanner.wasm', ...flags, ...shape, ...memory],
    {
      // The compiler knows no other ending than that of TypeScript, which this is not.
      readFile: (name) => (name === 'scanner.ts' ? source : null),
      writeFile: (name, contents) => {
        if (name === 'scanner.wasm' && typeof contents !== 'string') compiled = contents
      },
    },
  )
  if (error !== null || compiled === undefined) throw new Error(stderr.toString(), { cause: error })
  return compiled
}
