import { hashPassword } from '../../create-zenith.js'
import { describeOptions, readOptions } from '../options.js'
import { Problem } from '../problem.js'
import { readPassword } from '../read-password.js'
import type { Command } from '../run-command.js'

const MIN_CHARACTERS = 8
const MAX_CHARACTERS = 1_000

const HELP = `Usage: quasar hash-password

Makes of a password what Zenith's log-in takes: scrypt:N:r:p:salt:hash. Asks for the password, without showing it; or reads
it from a pipe.

Options:
${describeOptions({})}
`

export const hashPasswordCommand: Command = {
  summary: 'makes of a password what --auth-password-hash takes',
  help: HELP,
  async run(args, env) {
    if (readOptions(args, {}, env).isHelp) {
      process.stdout.write(HELP)
      return
    }
    const password = await readPassword(process.stdin, process.stderr)
    const { length } = [...password]
    if (length < MIN_CHARACTERS) throw new Problem(`a password has ${MIN_CHARACTERS} characters or more.`, 1)
    if (length > MAX_CHARACTERS) throw new Problem(`a password has at most ${MAX_CHARACTERS} characters.`, 1)
    process.stdout.write(`${await hashPassword(password)}\n`)
  },
}
