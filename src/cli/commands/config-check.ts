import { isQuasarError } from '../../lib/errors.js'
import { type Command, Problem } from '../arguments/command.js'
import { describeOptions, type OptionSpec, readOptions, yesOrNo } from '../arguments/options.js'
import type { Row } from '../config/rows.js'
import { ZENITH_OPTIONS } from './zenith-options.js'

const OPTIONS = {
  json: { value: null, env: null, help: 'prints JSON', read: yesOrNo },
} as const satisfies Record<string, OptionSpec<unknown>>

const HELP = `Usage: quasar config check [FILE] [options]

Checks a configuration file for quasar zenith with the variables that override it, and prints the settings in force, with where each
comes from. Secrets are masked. Without FILE it reads the file of QUASAR_CONFIG; without either, the variables alone.
It connects to nothing.

Options:
${describeOptions(OPTIONS)}

Exit codes: 0 without problems, 1 with problems, 2 for invalid options.
`

export const configCheck: Command = {
  summary: 'checks a file, and prints the settings in force',
  help: HELP,
  async run(args, env) {
    const { isHelp, values, words } = readOptions(args, OPTIONS, env, 1)
    if (isHelp) process.stdout.write(HELP)
    else await check(words[0], values.json ?? false, env)
  },
}

async function check(word: string | undefined, isJson: boolean, env: NodeJS.ProcessEnv): Promise<void> {
  const answer = await examined(word, env)
  if (isJson) process.stdout.write(`${JSON.stringify(answer, null, 2)}\n`)
  else if (answer.ok) process.stdout.write(await textOf(answer))
  else throw new Problem(answer.problem, 1)
  if (!answer.ok) process.exitCode = 1
}

interface Valid {
  readonly ok: true
  /** Null without one. */
  readonly file: string | null
  readonly settings: readonly Row[]
}

interface Invalid {
  readonly ok: false
  /** The whole message. */
  readonly problem: string
  /** Those of the file, each with its place. */
  readonly problems: readonly object[]
}

async function examined(word: string | undefined, env: NodeJS.ProcessEnv): Promise<Valid | Invalid> {
  const { settingsInForce } = await import('./zenith-config.js')
  try {
    const parsed = readOptions(word === undefined ? [] : [`--config=${word}`], ZENITH_OPTIONS, env)
    const { file, rows } = settingsInForce(parsed, env)
    return { ok: true, file, settings: rows }
  } catch (error) {
    if (!(error instanceof Problem || isQuasarError(error))) throw error
    return { ok: false, problem: error.message, problems: await placesOf(error) }
  }
}

async function placesOf(error: unknown): Promise<readonly object[]> {
  const { ConfigError } = await import('../config/config-error.js')
  if (!(error instanceof ConfigError)) return []
  return error.problems.map(({ at, field, message }) => ({ file: error.file, ...at, field, message }))
}

async function textOf({ file, settings }: Valid): Promise<string> {
  const { textOfRows } = await import('../config/rows.js')
  const head =
    file === null
      ? 'There is no configuration file. The settings in force:'
      : `${file} is valid. The settings in force:`
  return `${head}\n\n${textOfRows(settings)}\n`
}
