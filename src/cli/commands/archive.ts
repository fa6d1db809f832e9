import type { Command } from '../arguments/command.js'
import { wrongUse } from '../arguments/command.js'
import { archiveExport } from './archive-export.js'
import { archiveForget } from './archive-forget.js'
import { archiveStatus } from './archive-status.js'
import { archiveVerify } from './archive-verify.js'

const PARTS: Readonly<Record<string, Command>> = {
  status: archiveStatus,
  verify: archiveVerify,
  export: archiveExport,
  forget: archiveForget,
}

const HELP = `Usage: quasar archive <command> [options]

Commands:
${Object.entries(PARTS)
  .map(([name, { summary }]) => `  ${name.padEnd(10)}${summary}`)
  .join('\n')}

Each has a help of its own: quasar archive export --help
`

export const archiveCommand: Command = {
  summary: 'shows, checks and exports what Zenith archived, and deletes jobs from it',
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
