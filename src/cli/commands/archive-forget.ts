import type { ArchiveDriver, ArchivedJobFilter, JobFacets } from '../../ports/index.js'
import { keysOf } from '../../protocol/index.js'
import { parseAddress } from '../../redis/address.js'
import { ownConnection } from '../../redis/own-connection.js'
import { placeAt, withTokenPassword } from '../../redis/target.js'
import { openControlStore } from '../../runtime/open-control-store.js'
import { hiddenSearch } from '../../search/hidden.js'
import { parseSearch } from '../../search/language.js'
import { filterOfSearch, type Search } from '../../search/search.js'
import { ForgetAudit } from '../archive/forget-audit.js'
import { changing, placeOf } from '../archive/open.js'
import { countText } from '../archive/status.js'
import { ARCHIVE_PLACE_OPTIONS } from '../arguments/archive.js'
import { type Command, wrongUse } from '../arguments/command.js'
import { describeOptions, type OptionSpec, type Parsed, readOptions, yesOrNo } from '../arguments/options.js'
import { TRAIL_OPTIONS } from '../arguments/trail.js'
import { redisFrom } from '../arguments/values.js'
import { confirm } from '../terminal/ask.js'

/** Attempts that are counted beforehand, as on the page. */
const MAX_COUNTED = 100_000
const MAX_QUEUES = 10

const OPTIONS = {
  ...ARCHIVE_PLACE_OPTIONS,
  yes: { value: null, env: null, help: 'deletes without asking', read: yesOrNo },
  ...TRAIL_OPTIONS,
} as const satisfies Record<string, OptionSpec<unknown>>

const HELP = `Usage: quasar archive forget SEARCH [options]

Deletes finished jobs that fulfil a search, with their payloads and what they are found by, from an archive: counts first, then
asks. 'email:user@example.com' finds jobs by a word of a field; docs/search.md describes the language. A search that begins
with a hyphen comes after --.

The deletion is in the audit trail of the archive, and of the Redis if it answers, without the words of the search.
An SQLite archive must not be open in a Zenith.

Options and their environment variables:
${describeOptions(OPTIONS)}
`

export const archiveForget: Command = {
  summary: 'deletes finished jobs that fulfil a search',
  help: HELP,
  async run(args, env) {
    const { isHelp, values, words } = readOptions(args, OPTIONS, env, 1)
    if (isHelp) {
      process.stdout.write(HELP)
      return
    }
    const search = searchOf(words[0])
    const redis = values.redis ?? redisFrom(env)
    await changing(placeOf(values), (archive) => forget(archive, search, values, redis))
  },
}

type Values = Parsed<typeof OPTIONS>['values']

function searchOf(given = ''): Search {
  const { search, problems } = parseSearch(given, Date.now())
  if (!search) throw wrongUse(problems.map(({ message }) => message).join(' '))
  if (search.conditions.length === 0)
    throw wrongUse(
      "forget takes a search with a word or a field, 'email:user@example.com': --archive-days limits by time.",
    )
  return search
}

async function forget(archive: ArchiveDriver, search: Search, values: Values, redis: string): Promise<void> {
  const filter = filterOfSearch(search)
  const found = await archive.facets(filter, MAX_COUNTED)
  say(foundText(found, archive.place))
  if (found.total === 0 && !found.isPartial) return
  if (!(values.yes || (await isConfirmed()))) return
  const connection = ownConnection(withTokenPassword(placeAt(parseAddress(redis)), values.token?.[0]))
  try {
    const trail = openControlStore(connection, keysOf(values.prefix), values.token ?? [])
    const audit = new ForgetAudit(archive, trail, hiddenSearch(search))
    if (!(await audit.intend())) process.stderr.write('Redis does not take the audit line: only the archive has it.\n')
    await deleteFrom(archive, filter, audit)
  } finally {
    connection.close()
  }
}

async function deleteFrom(archive: ArchiveDriver, filter: ArchivedJobFilter, audit: ForgetAudit): Promise<void> {
  try {
    const count = await archive.forget(filter)
    const detail = `${attempts(count)} deleted`
    await audit.conclude(true, detail)
    say(`${detail}. Copies of the archive, such as backups, still have ${count === 1 ? 'it' : 'them'}.`)
  } catch (error) {
    await audit.conclude(false, error instanceof Error ? error.message : String(error)).catch(() => {})
    throw error
  }
}

async function isConfirmed(): Promise<boolean> {
  const answer = await confirm('Delete them, with their payloads?')
  if (answer !== true) say(`Nothing was deleted.${answer === null ? ' --yes deletes.' : ''}`)
  return answer === true
}

function foundText({ total, isPartial, fields }: JobFacets, place: string): string {
  if (total === 0 && isPartial) return `Too many payloads in ${place} to count those that have the text`
  if (total === 0) return `No finished job in ${place} fulfils the search.`
  const queues = fields.queueName.slice(0, MAX_QUEUES).map(({ value, count }) => `${value} ${countText(count)}`)
  const more = fields.queueName.length > MAX_QUEUES ? ' …' : ''
  return `${isPartial ? 'At least ' : ''}${attempts(total)} in ${place} fulfil the search: ${queues.join(', ')}${more}`
}

function attempts(count: number): string {
  return `${countText(count)} finished ${count === 1 ? 'attempt' : 'attempts'}`
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
