import { SDK_VERSION } from '../core/report/version.js'
import { type Command, Problem, wrongUse } from './arguments/command.js'
import { archiveCommand } from './commands/archive.js'
import { configCommand } from './commands/config.js'
import { doctorCommand } from './commands/doctor.js'
import { hashPasswordCommand } from './commands/hash-password.js'
import { usersCommand } from './commands/users.js'
import { zenithCommand } from './commands/zenith.js'

const COMMANDS: Readonly<Record<string, Command>> = {
  zenith: zenithCommand,
  config: configCommand,
  doctor: doctorCommand,
  archive: archiveCommand,
  users: usersCommand,
  'hash-password': hashPasswordCommand,
}

const HELP = `Usage: quasar <command> [options]

Commands:
${Object.entries(COMMANDS)
  .map(([name, { summary }]) => `  ${name.padEnd(15)}${summary}`)
  .join('\n')}

Options:
  -h, --help     shows this, or the help of a command: quasar zenith --help
  -v, --version  shows the version
`

/** Runs the command line. Sets the exit code: 1 when the command fails, 2 for invalid usage. */
export async function runCommand(args: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  const [name = '--help', ...rest] = args
  try {
    if (['-h', '--help', 'help'].includes(name)) process.stdout.write(HELP)
    else if (['-v', '--version'].includes(name)) process.stdout.write(`${SDK_VERSION}\n`)
    else await commandOf(name).run(rest, env)
  } catch (error) {
    const prefix = Object.hasOwn(COMMANDS, name) ? `quasar ${name}` : 'quasar'
    const { message, exitCode } = problemOf(error)
    process.stderr.write(`${prefix}: ${message}${exitCode === 2 ? `${gapBehind(message)}See ${prefix} --help.` : ''}\n`)
    process.exitCode = exitCode
  }
}

/** A message of several lines ends with its last one. */
function gapBehind(message: string): string {
  return message.includes('\n') ? '\n' : ' '
}

function problemOf(error: unknown): { message: string; exitCode: number } {
  if (error instanceof Problem) return error
  return { message: error instanceof Error ? error.message : String(error), exitCode: 1 }
}

function commandOf(name: string): Command {
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
  if (!command) throw wrongUse(`there is no command or option "${name}".`)
  return command
}
