import { placeOf, reading } from '../archive/open.js'
import { problemText } from '../archive/status.js'
import { ARCHIVE_PLACE_OPTIONS } from '../arguments/archive.js'
import type { Command } from '../arguments/command.js'
import { describeOptions, type OptionSpec, readOptions, yesOrNo } from '../arguments/options.js'

const OPTIONS = {
  ...ARCHIVE_PLACE_OPTIONS,
  json: { value: null, env: null, help: 'prints JSON', read: yesOrNo },
} as const satisfies Record<string, OptionSpec<unknown>>

const HELP = `Usage: quasar archive verify [options]

Reads all files or tables of an archive and finds what is damaged. It changes nothing. Zenith may have it open.

Options and their environment variables:
${describeOptions(OPTIONS)}

Exit codes: 0 without problems, 1 with problems, 2 for invalid options.
`

export const archiveVerify: Command = {
  summary: 'finds damaged files or tables',
  help: HELP,
  async run(args, env) {
    const { isHelp, values } = readOptions(args, OPTIONS, env)
    if (isHelp) {
      process.stdout.write(HELP)
      return
    }
    const { place, problems } = await reading(placeOf(values), async (archive) => {
      return { place: archive.place, problems: await archive.verify() }
    })
    const lines = problems.length === 0 ? [`${place} has no problems.`] : problems.map(problemText)
    const text = values.json
      ? JSON.stringify({ ok: problems.length === 0, place, problems }, null, 2)
      : lines.join('\n')
    process.stdout.write(`${text}\n`)
    if (problems.length > 0) process.exitCode = 1
  },
}
