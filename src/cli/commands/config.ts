import { type Command, wrongUse } from '../arguments/command.js'
import { configCheck } from './config-check.js'

const PARTS: Readonly<Record<string, Command>> = { check: configCheck }

const HELP = `Usage: quasar config <command> [options]

Commands:
${Object.entries(PARTS)
  .map(([name, { summary }]) => `  ${name.padEnd(10)}${summary}`)
  .join('\n')}

Each has a help of its own: quasar config check --help
`

export const configCommand: Command = {
  summary: 'checks the settings of Zenith, and prints them',
  help: HELP,
  async run([name = '--help', ...rest], env) {
    if (['-h', '--help', 'help'].includes(name)) process.stdout.write(HELP)
    else await partOf(name).run(rest, env)
  },
}

function partOf(name: string): Command {
  const part = Object.hasOwn(PARTS, name) ? PARTS[name] : undefined
  if (!part) throw wrongUse(`has the commands ${Object.keys(PARTS).join(', ')}.`)
  return part
}
