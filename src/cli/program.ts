/** Reads a command line and runs the command that it names. */
import yargs from 'yargs'
import { RecorderError } from '../base/errors.ts'
import { COMMANDS } from './commands.ts'
import { describeFailure, remark } from './output.ts'

const sides = (words: readonly string[]): number =>
  words.filter((word) => word.startsWith('--compare=')).length

/** `--compare A B`: B stands right after A, and is no flag that was written out. */
const isSecondSide = (words: readonly string[], word: string): boolean =>
  words.at(-1)?.startsWith('--compare=') === true &&
  sides(words) === 1 &&
  !word.startsWith('--compare')

/** `-2h` after a flag of time is its value, and so are the flags of a side of `--compare`. */
const joined = (argv: readonly string[]): string[] => {
  const words: string[] = []
  for (const word of argv) {
    const flag = words.at(-1) ?? ''
    const isSpan = /^-\d+(\.\d+)?(ms|s|m|h|d)$/.test(word)
    if (isSpan && /^--(from|to)$/.test(flag)) words[words.length - 1] = `${flag}=${word}`
    else if (flag === '--compare') words[words.length - 1] = `${flag}=${word}`
    else if (isSecondSide(words, word)) words.push(`--compare=${word}`)
    else words.push(word)
  }
  return words
}

/** `words`: what stands after the name of the program. Leaves the exit status in `process.exitCode`. */
export async function runProgram(words: readonly string[]): Promise<void> {
  const parser = yargs(joined(words))
    .scriptName('moonreplay')
    .usage('moonreplay <command>\n\nRecords crypto-futures market data and replays it exactly.')
    .parserConfiguration({ 'duplicate-arguments-array': true })
    .strict()
    .recommendCommands()
    .version(false)
    .wrap(Math.min(110, process.stdout.columns ?? 100))
    .exitProcess(false)
    .fail((message, error) => {
      throw error ?? new RecorderError('USAGE', message.replaceAll('\n', ' '))
    })
  for (const command of COMMANDS) parser.command(command)
  try {
    await parser.parseAsync()
  } catch (error) {
    const { line, exitCode } = describeFailure(error)
    remark(line)
    process.exitCode = exitCode
  }
}
