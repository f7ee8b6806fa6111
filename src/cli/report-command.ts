/** The command in the head of a report, and reading it again. */
import { RecorderError } from '../base/errors.ts'
import type { SettingValue } from '../base/setting.ts'

/** What one audit is of. */
export interface ReportFlags {
  readonly recording?: string | undefined
  readonly from?: string | undefined
  readonly to?: string | undefined
  readonly profile?: 'standard' | 'reference' | undefined
  readonly set?: readonly string[] | undefined
  readonly settings?: string | undefined
}

export interface ReportSubject {
  readonly recording: string
  readonly fromSeq: number
  readonly toSeq: number
  /** One past the last of the recording. */
  readonly endSeq: number
  readonly profile: 'standard' | 'reference'
  readonly changed: Readonly<Record<string, SettingValue>>
}

/** Flags in one order, those left out that say nothing: equal subjects have equal texts. */
export function flagsOf(subject: ReportSubject): string {
  const { recording, fromSeq, toSeq, endSeq, profile, changed } = subject
  const words = [
    '--recording',
    recording,
    ...(profile === 'standard' ? [] : ['--profile', profile]),
    ...(fromSeq === 0 ? [] : ['--from', `seq:${fromSeq}`]),
    ...(toSeq === endSeq ? [] : ['--to', `seq:${toSeq}`]),
    ...Object.entries(changed).flatMap(([name, value]) => ['--set', `${name}=${value}`]),
  ]
  return words.map(quoted).join(' ')
}

/** As a shell takes it. */
export const quoted = (word: string): string =>
  /^[\w.,:=+/@%-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`

/** @throws {RecorderError} `USAGE` for a quote that is not closed. */
export function shellWords(text: string): readonly string[] {
  const words: string[] = []
  let word: string | undefined
  let rest = text
  while (rest !== '') {
    const piece = /^(?:\s+|'([^']*)'|"([^"]*)"|\\(.)|([^\s'"\\]+))/.exec(rest)
    if (piece === null) throw new RecorderError('USAGE', `a quote is not closed in: ${text}`)
    const [whole, single, double, escaped, plain] = piece
    rest = rest.slice(whole.length)
    const part = single ?? double ?? escaped ?? plain
    if (part !== undefined) {
      word = (word ?? '') + part
    } else if (word !== undefined) {
      words.push(word)
      word = undefined
    }
  }
  return word === undefined ? words : [...words, word]
}

/**
 * Reads flags of one audit.
 * @throws {RecorderError} `USAGE` for any other word.
 */
export function parseFlags(words: readonly string[]): ReportFlags {
  const flags: Record<string, string | undefined> = {}
  const set: string[] = []
  const separate = words.flatMap((word) => {
    const joined = /^(--[a-z]+)=(.*)$/.exec(word)
    return joined === null ? [word] : [joined[1] ?? '', joined[2] ?? '']
  })
  for (let at = 0; at < separate.length; at += 2) {
    const name = separate[at] ?? ''
    const value = separate[at + 1]
    if (!FLAGS.includes(name)) throw unreadable(`there is no flag ${name} here`)
    if (value === undefined) throw unreadable(`${name} wants a value`)
    if (name === '--set') set.push(value)
    else flags[name.slice(2)] = value
  }
  const { profile, ...rest } = flags
  if (profile !== undefined && profile !== 'standard' && profile !== 'reference') {
    throw unreadable(`--profile must be standard or reference, was ${profile}`)
  }
  return { ...rest, ...(profile === undefined ? {} : { profile }), set }
}

const FLAGS: readonly string[] = [
  '--recording',
  '--from',
  '--to',
  '--profile',
  '--set',
  '--settings',
]

const unreadable = (message: string): RecorderError =>
  new RecorderError('USAGE', `${message}; it takes ${FLAGS.join(', ')}`)
