import { placeOf, reading } from '../archive/open.js'
import { reportOn, reportText } from '../archive/status.js'
import { ARCHIVE_PLACE_OPTIONS } from '../arguments/archive.js'
import type { Command } from '../arguments/command.js'
import { describeOptions, type OptionSpec, readOptions, yesOrNo } from '../arguments/options.js'

const OPTIONS = {
  ...ARCHIVE_PLACE_OPTIONS,
  json: { value: null, env: null, help: 'prints JSON', read: yesOrNo },
} as const satisfies Record<string, OptionSpec<unknown>>

const HELP = `Usage: quasar archive status [options]

Shows what an archive holds, since when, how large it is, and what was lost within the last day. Zenith may have it open.

Options and their environment variables:
${describeOptions(OPTIONS)}
`

export const archiveStatus: Command = {
  summary: 'shows what it holds, since when, and how large it is',
  help: HELP,
  async run(args, env) {
    const { isHelp, values } = readOptions(args, OPTIONS, env)
    if (isHelp) {
      process.stdout.write(HELP)
      return
    }
    const report = await reading(placeOf(values), reportOn)
    process.stdout.write(`${values.json ? JSON.stringify(report, null, 2) : reportText(report)}\n`)
  },
}
