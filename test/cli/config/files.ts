import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { readOptions } from '../../../src/cli/arguments/options.js'
import { readConfig, settingsInForce, settingsWith } from '../../../src/cli/commands/zenith-config.js'
import { ZENITH_OPTIONS } from '../../../src/cli/commands/zenith-options.js'

/** A folder for the test. */
export function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'quasar-config-'))
  onTestFinished(() => rmSync(made, { recursive: true, force: true }))
  return made
}

/** @returns the path of a file with this content */
export function fileWith(content: string | Uint8Array, name = 'zenith.yaml'): string {
  const path = join(folder(), name)
  writeFileSync(path, content)
  return path
}

export interface Given {
  readonly args?: readonly string[]
  readonly env?: NodeJS.ProcessEnv
  readonly name?: string
}

const commandOf = ({ args = [], env = {} }: Given) => readOptions(args, ZENITH_OPTIONS, env)

/** What `quasar zenith --config` runs with. */
export function settings(content: string, given: Given = {}) {
  const { env = {} } = given
  return settingsWith(readConfig(fileWith(content, given.name), env), commandOf(given), env)
}

/** What `quasar config check` prints, by field: `value from source`. */
export function inForce(content: string, given: Given = {}): Record<string, string> {
  const path = fileWith(content, given.name)
  const { rows } = settingsInForce(commandOf({ ...given, args: ['--config', path] }), given.env ?? {})
  const pairs = rows.map(({ field, value, source }) => {
    if (source.kind === 'file') return [field, `${value} from line ${source.line}`]
    return [field, `${value} from ${source.kind === 'variable' ? source.name : 'default'}`]
  })
  return Object.fromEntries(pairs)
}

/** The message about a file, without its folder; fails if there is none. */
export function complaint(content: string | Uint8Array, given: Given = {}): string {
  const path = fileWith(content, given.name)
  try {
    const { env = {} } = given
    settingsWith(readConfig(path, env), commandOf(given), env)
  } catch (error) {
    return String((error as Error).message).replaceAll(path, given.name ?? 'zenith.yaml')
  }
  throw new Error('The file was accepted.')
}
