import { type Command, wrongUse } from './command.js'

interface CommandGroup {
  readonly name: string
  readonly summary: string
  /** By name, in the order of the help. */
  readonly parts: Readonly<Record<string, Command>>
  /** The part whose help is shown as an example. */
  readonly example: string
}

/** A command of commands: `quasar archive status`. */
export function commandGroup({ name: group, summary, parts, example }: CommandGroup): Command {
  const rows = Object.entries(parts).map(([name, part]) => `  ${name.padEnd(10)}${part.summary}`)
  const help = `Usage: quasar ${group} <command> [options]

Commands:
${rows.join('\n')}

Each has a help of its own: quasar ${group} ${example} --help
`
  return {
    summary,
    help,
    async run([name = '--help', ...rest], env) {
      if (['-h', '--help', 'help'].includes(name)) process.stdout.write(help)
      else await partOf(parts, name).run(rest, env)
    },
  }
}

function partOf(parts: Readonly<Record<string, Command>>, name: string): Command {
  const part = Object.hasOwn(parts, name) ? parts[name] : undefined
  if (!part) throw wrongUse(`has the commands ${Object.keys(parts).join(', ')}.`)
  return part
}
