import { hashPassword } from '../../runtime/create-zenith.js'
import { type Command, Problem } from '../arguments/command.js'
import { describeOptions, readOptions } from '../arguments/options.js'
import { readPassword } from '../terminal/read-password.js'

const MIN_CHARACTERS = 8
const MAX_CHARACTERS = 1_000

const HELP = `Usage: quasar hash-password

Hashes a password for Zenith's log-in: scrypt:N:r:p:salt:hash. Prompts for the password without showing it, or reads
it from a pipe.

Options:
${describeOptions({})}
`

export const hashPasswordCommand: Command = {
  summary: 'hashes a password for --auth-password-hash',
  help: HELP,
  async run(args, env) {
    if (readOptions(args, {}, env).isHelp) {
      process.stdout.write(HELP)
      return
    }
    const password = await readPassword(process.stdin, process.stderr)
    const { length } = [...password]
    if (length < MIN_CHARACTERS) throw new Problem(`a password needs ${MIN_CHARACTERS} characters or more.`, 1)
    if (length > MAX_CHARACTERS) throw new Problem(`a password can have at most ${MAX_CHARACTERS} characters.`, 1)
    process.stdout.write(`${await hashPassword(password)}\n`)
  },
}
