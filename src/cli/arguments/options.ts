import { parseArgs } from 'node:util'
import { wrongUse } from './command.js'
import { readVariable, type Variable } from './variables.js'

/** An option of a command; it takes precedence over its environment variable. */
export interface OptionSpec<T> {
  /** Name of the value in the help; null for a flag. */
  readonly value: string | null
  /** Name of the environment variable; null without one. With `_FILE` behind it, it names a file with the value. */
  readonly env: string | null
  /** It is no flag: others can read command lines. */
  readonly isVariableOnly?: boolean
  /** Its value is masked where settings are printed. */
  readonly isSecret?: boolean
  /** It may be given several times; the values are joined by commas. */
  readonly isRepeatable?: boolean
  readonly help: string
  /** The value without one, for the help. */
  readonly default?: string
  /** Values that others put into the variable for a purpose of their own: they are ignored. */
  readonly foreign?: RegExp
  /** Parses a value; throws a message with the accepted values. A flag has the values `'true'` and `'false'`. */
  readonly read: (text: string) => T
}

export type OptionSpecs = Readonly<Record<string, OptionSpec<unknown>>>
type Values<S extends OptionSpecs> = { readonly [K in keyof S]?: S[K] extends OptionSpec<infer T> ? T : never }

/** The text of an option before it was parsed, and what had it: `--port`, `QUASAR_PORT`, `QUASAR_TOKEN_FILE`. */
export type Given = Variable

export interface Parsed<S extends OptionSpecs> {
  readonly isHelp: boolean
  readonly values: Values<S>
  /** By option. */
  readonly given: Readonly<Record<string, Given>>
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
  const { flags, words } = parse(args, specs, maxWords)
  if (flags.help === true) return { isHelp: true, values: {}, given: {}, ignored: [], words: [] }
  const values: Record<string, unknown> = {}
  const given: Record<string, Given> = {}
  const ignored: string[] = []
  for (const [name, spec] of Object.entries(specs)) {
    const one = flags[name] === undefined ? fromVariable(spec, env) : { text: String(flags[name]), source: `--${name}` }
    if (one === undefined) continue
    if (one.source === spec.env && spec.foreign?.test(one.text)) {
      ignored.push(one.source)
      continue
    }
    given[name] = one
    values[name] = readValue(spec, one.text, one.source)
  }
  return { isHelp: false, values: values as Values<S>, given, ignored, words }
}

/** A variable that names a file itself has no second one for it. */
function fromVariable({ env: name, value }: OptionSpec<unknown>, env: NodeJS.ProcessEnv): Given | undefined {
  if (name === null) return undefined
  if (value === 'FILE' && env[`${name}_FILE`]) throw wrongUse(`${name}_FILE is no variable: ${name} names the file.`)
  return readVariable(env, name)
}

function parse(
  args: readonly string[],
  specs: OptionSpecs,
  maxWords: number,
): { readonly flags: Record<string, unknown>; readonly words: readonly string[] } {
  const known = flagsOf(specs).map(([name, { value, isRepeatable = false }]) => [
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
  return { flags: values, words: positionals }
}

function flagsOf(specs: OptionSpecs): [name: string, spec: OptionSpec<unknown>][] {
  return Object.entries(specs).filter(([, { isVariableOnly = false }]) => !isVariableOnly)
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
  const rows = flagsOf(specs).map(([name, { value, env, help, default: byDefault }]) => ({
    left: `  --${name}${value === null ? '' : ` ${value}`}`,
    right: [help, byDefault === undefined ? '' : `(default ${byDefault})`, env === null ? '' : `[${env}]`],
  }))
  const width = Math.max(...rows.map(({ left }) => left.length)) + 2
  const lines = rows.map(({ left, right }) => `${left.padEnd(width)}${right.filter(Boolean).join(' ')}`)
  return [...lines, `${'  -h, --help'.padEnd(width)}shows this help`].join('\n')
}
