import { codeOf, readBounded } from './bounded-file.js'
import { wrongUse } from './command.js'

/** A secret, a URL or a list fits. */
const MAX_FILE_BYTES = 64 * 1_024

/** The value of a variable, and the variable that had it: `QUASAR_TOKEN`, or `QUASAR_TOKEN_FILE` for one in a file. */
export interface Variable {
  readonly text: string
  readonly source: string
}

/**
 * An environment variable, or the content of the file that the variable of the same name with `_FILE` names. An empty variable counts as
 * unset, and one line break at the end of a file is cut.
 *
 * @throws Problem if both are set, or the file has no value; it names the file and shows nothing of its content
 */
export function readVariable(env: NodeJS.ProcessEnv, name: string): Variable | undefined {
  const text = env[name]
  const source = `${name}_FILE`
  const path = env[source]
  if (!path) return text ? { text, source: name } : undefined
  if (text) throw wrongUse(`${name} and ${source} exclude each other: unset one of them.`)
  return { text: contentOf(path, source), source }
}

function contentOf(path: string, source: string): string {
  const text = decoded(path, source)?.replace(/\r?\n$/, '')
  if (text === undefined) throw wrongUse(`${source} takes a file of at most 64 KB; ${path} is larger.`)
  if (text === '') throw wrongUse(`${source} takes a file with the value; ${path} is empty.`)
  return text
}

function decoded(path: string, source: string): string | undefined {
  try {
    return readBounded(path, MAX_FILE_BYTES)?.toString('utf8')
  } catch (error) {
    throw wrongUse(`${source} takes a file with the value; ${path} can't be read (${codeOf(error)}).`)
  }
}
