import { MAX_NAME_CHARS } from '../../protocol/index.js'
import { maskSecrets } from '../../redaction/secrets.js'

const PROGRAM = /^[\w.@+:-]{1,60}$/
/** Without spaces, `=` and quotes, so that no code and no assignment counts as a path. */
const SCRIPT = /^[\w./\\@+:~-]*?[\w.@+-]{1,100}\.(?:[cm]?[jt]sx?|py|rb|php|pl|sh)$/
/** What follows is code, or belongs to the option. */
const TAKES_VALUE = /^(?:-[cepr]|--eval|--print|--require|--import|--loader|--env-file|--input-type)$/

/**
 * What a process runs: program and script by their base names, a script of a package with the package's name. Arguments are never shown, as
 * they may be secrets.
 *
 * @param commandLine as the kernel has it: arguments that end with NUL
 * @param name the kernel's short name of the process, for a command line that tells nothing
 */
export function commandOf(commandLine: string, name: string): string | null {
  const [program = '', ...args] = commandLine.split('\0')
  const shown = [program, name].map((one) => baseName(one.trim())).find((one) => PROGRAM.test(one))
  if (!shown) return null
  const script = scriptOf(args)
  return maskSecrets(script ? `${shown} ${script}` : shown).slice(0, MAX_NAME_CHARS)
}

/** The first argument that can only be a script; those after it are the script's own. */
function scriptOf(args: readonly string[]): string | null {
  for (let index = 0; index < args.length; index++) {
    const arg = args[index] ?? ''
    if (TAKES_VALUE.test(arg)) index += 1
    else if (!arg.startsWith('-')) return SCRIPT.test(arg) ? withPackage(arg) : null
  }
  return null
}

function withPackage(path: string): string {
  const within = path.replaceAll('\\', '/').split('/node_modules/').slice(1).at(-1)
  const name = within && /^(@[^/]+\/)?[^/]+/.exec(within)?.[0]
  return name ? `${name}/${baseName(path)}` : baseName(path)
}

function baseName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1)
}
