import { parseArgs } from 'node:util'
import { wrongUse } from './command.js'

/** An option of a command; it takes precedence over its environment variable. */
export interface OptionSpec<T> {
  /** Name of the value in the help; null for a flag. */
  readonly value: string | null
  /** Name of the environment variable; null without one. */
  readonly env: string | null
  /** It may be given several times; the values are joined by commas. */
  readonly isRepeatable?: boolean
  readonly help: string
  /** Values that others put into the variable for a purpose of their own: they are ignored. */
  readonly foreign?: RegExp
  /** Parses a value; throws a message with the accepted values. A flag has the values `'true'` and `'false'`. */
  readonly read: (text: string) => T
}

export type OptionSpecs = Readonly<Record<string, OptionSpec<unknown>>>
type Values<S extends OptionSpecs> = { readonly [K in keyof S]?: S[K] extends OptionSpec<infer T> ? T : never }

export interface Parsed<S extends OptionSpecs> {
  readonly isHelp: boolean
  readonly values: Values<S>
  /** Names of the variables whose foreign values were ignored. */
  readonly ignored: readonly string[]
  /** What was given besides options. */
  readonly words: readonly string[]
}

/** @param maxWords how many words the command accepts besides options @throws Problem with exit code 2 for unknown options and invalid values */
export function readOptions<S extends OptionSpecs>(
  args: readonly string[],
  specs: S,
  env: NodeJS.ProcessEnv,
  maxWords = 0,
): Parsed<S> {
  const { given, words } = parse(args, specs, maxWords)
  if (given.help === true) return { isHelp: true, values: {}, ignored: [], words: [] }
  const values: Record<string, unknown> = {}
  const ignored: string[] = []
  for (const [name, spec] of Object.entries(specs)) {
    const fromEnv = spec.env === null ? undefined : env[spec.env]
    const text = given[name] ?? (fromEnv === '' ? undefined : fromEnv)
    if (text === undefined) continue
    if (given[name] === undefined && spec.env && spec.foreign?.test(String(text))) {
      ignored.push(spec.env)
      continue
    }
    const source = given[name] === undefined ? spec.env : `--${name}`
    values[name] = readValue(spec, String(text), source ?? name)
  }
  return { isHelp: false, values: values as Values<S>, ignored, words }
}

function parse(
  args: readonly string[],
  specs: OptionSpecs,
  maxWords: number,
): { readonly given: Record<string, unknown>; readonly words: readonly string[] } {
  const known = Object.entries(specs).map(([name, { value, isRepeatable = false }]) => [
    name,
    { type: value === null ? 'boolean' : 'string', multiple: isRepeatable },
  ])
  const options = { ...Object.fromEntries(known), help: { type: 'boolean', short: 'h' } }
  const { values, positionals } = attempt(() => parseArgs({ args: [...args], options, allowPositionals: true }))
  // Not repeated in the message: it may be a misplaced password.
  if (positionals.length > maxWords)
    throw wrongUse(
      maxWords === 0 ? 'accepts only options.' : `accepts ${WORDS[maxWords]} besides options; put it in quotes.`,
    )
  return { given: values, words: positionals }
}

/** How many a command accepts. */
const WORDS: Readonly<Record<number, string>> = { 1: 'one word', 2: 'a command and one word' }

/** Node's first sentence names the option and the problem. */
function attempt<T>(parse: () => T): T {
  try {
    return parse()
  } catch (error) {
    const sentence = error instanceof Error ? error.message.split(/\.? (?=To specify|Did you)|\n/, 1)[0] : String(error)
    throw wrongUse(`${sentence?.replace(/\.$/, '')}.`)
  }
}

function readValue<T>(spec: OptionSpec<T>, text: string, source: string): T {
  try {
    return spec.read(text)
  } catch (error) {
    throw wrongUse(`${source} takes ${error instanceof Error ? error.message : error}.`)
  }
}

export function text(check: RegExp, takes: string): (text: string) => string {
  return (text) => {
    if (!check.test(text)) throw new Error(takes)
    return text
  }
}

export function wholeNumber(low: number, high: number, takes: string): (text: string) => number {
  return (text) => {
    const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
    if (!(number >= low && number <= high)) throw new Error(takes)
    return number
  }
}

/** Words separated by commas. */
export function list(check: (word: string) => boolean, takes: string): (text: string) => readonly string[] {
  return (text) => {
    const words = text.split(',').map((word) => word.trim())
    if (words.every((word) => word !== '' && check(word))) return words
    throw new Error(takes)
  }
}

export function yesOrNo(text: string): boolean {
  if (/^(1|true|yes)$/i.test(text)) return true
  if (/^(0|false|no)$/i.test(text)) return false
  throw new Error('yes or no, or 1 or 0')
}

export function oneOf<T extends string>(...choices: readonly T[]): (text: string) => T {
  return (text) => {
    const choice = choices.find((one) => one === text)
    if (choice === undefined) throw new Error(`one of ${choices.join(', ')}`)
    return choice
  }
}

/** The lines of a help text about options, with their environment variables. */
export function describeOptions(specs: OptionSpecs): string {
  const rows = Object.entries(specs).map(([name, { value, env, help }]) => ({
    left: `  --${name}${value === null ? '' : ` ${value}`}`,
    right: [help, env === null ? '' : `[${env}]`],
  }))
  const width = Math.max(...rows.map(({ left }) => left.length)) + 2
  const lines = rows.map(({ left, right }) => `${left.padEnd(width)}${right.filter(Boolean).join(' ')}`)
  return [...lines, `${'  -h, --help'.padEnd(width)}shows this help`].join('\n')
}
