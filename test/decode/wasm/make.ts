/** `npm run wasm`: compiles `src/decode/scanner.as` into the module that is committed beside it. */
import { writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { compileScanner } from './compile.ts'
import { moduleText } from './module-text.ts'

const PATH = fileURLToPath(new URL('../../../src/decode/scanner-module.ts', import.meta.url))

await writeFile(PATH, moduleText(await compileScanner()))
