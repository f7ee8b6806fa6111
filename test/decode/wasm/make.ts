/** `npm run wasm`: compiles `src/decode/scan-book.as` into the module that is committed beside it. */
import { writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { compileScanBook } from './compile.ts'
import { moduleText } from './module-text.ts'

const PATH = fileURLToPath(new URL('../../../src/decode/scan-book-module.ts', import.meta.url))

await writeFile(PATH, moduleText(await compileScanBook()))
