import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ArchivedJobFilter } from '../../ports/index.js'
import { lineTest } from '../../runtime/archived-audit.js'
import { parseSearch } from '../../search/language.js'
import { timeOf } from '../../search/times.js'
import { placeOf, reading } from '../archive/open.js'
import { type ExportQuery, FORMATS, TABLES, type TableName, tableText } from '../archive/tables.js'
import { ARCHIVE_PLACE_OPTIONS } from '../arguments/archive.js'
import { type Command, wrongUse } from '../arguments/command.js'
import {
  describeOptions,
  list,
  type OptionSpec,
  oneOf,
  type Parsed,
  readOptions,
  text,
  yesOrNo,
} from '../arguments/options.js'

const anything = text(/./, 'a text')
/** The end of time, Unix ms. */
const END = 8.64e15

const OPTIONS = {
  ...ARCHIVE_PLACE_OPTIONS,
  from: {
    value: 'TIME',
    env: null,
    help: 'only from then on: 2026-11-20, 2026-11-20T14:00 (UTC), or 7d ago',
    read: time,
  },
  to: { value: 'TIME', env: null, help: 'only before then', read: time },
  service: { value: 'NAME', env: null, help: 'only of this service', read: anything },
  q: {
    value: 'SEARCH',
    env: null,
    help: 'only jobs that fulfil a search, state:failed queue:mail*; only lines of the audit trail with these words',
    read: anything,
  },
  user: { value: 'NAME', env: null, help: 'audit: only of this user', read: anything },
  action: {
    value: 'ACTIONS',
    env: null,
    help: 'audit: only these actions, comma-separated: retry, bulk retry',
    read: list(() => true, 'actions, comma-separated: retry, bulk retry'),
  },
  queue: { value: 'QUEUE', env: null, help: 'audit: only about the queue with this name or key', read: anything },
  via: { value: 'WAY', env: null, help: 'audit: only by this way in: password, token deploy, token', read: anything },
  address: { value: 'TEXT', env: null, help: 'audit: only from addresses that begin with it', read: anything },
  result: { value: 'RESULT', env: null, help: 'audit: only results: done or failed', read: oneOf('done', 'failed') },
  format: { value: 'FORMAT', env: null, help: 'ndjson or csv (default ndjson)', read: oneOf(...FORMATS) },
  payloads: { value: null, env: null, help: 'with the masked payloads of jobs', read: yesOrNo },
} as const satisfies Record<string, OptionSpec<unknown>>

const HELP = `Usage: quasar archive export <jobs|slow|exceptions|alerts|audit|history> [options]

Prints what an archive has: jobs, slow requests, exceptions, changes of alerts and the audit trail newest first, history oldest
first. Times are Unix ms, durations ms. Zenith may have the archive open.

Options and their environment variables:
${describeOptions(OPTIONS)}
`

export const archiveExport: Command = {
  summary: 'prints jobs, slow requests, exceptions, alerts, the audit trail or history',
  help: HELP,
  async run(args, env) {
    const { isHelp, values, words } = readOptions(args, OPTIONS, env, 1)
    if (isHelp) {
      process.stdout.write(HELP)
      return
    }
    const name = tableOf(words[0], values)
    const query = name === 'audit' ? auditQuery(values) : queryOf(values)
    await reading(placeOf(values), (archive) => print(tableText(archive, name, query)))
  },
}

type Values = Parsed<typeof OPTIONS>['values']

function tableOf(word: string | undefined, values: Values): TableName {
  const { q, payloads, service, user, action, queue, via, address, result } = values
  const name = TABLES.find((one) => one === word)
  if (!name) throw wrongUse(`export takes one of ${TABLES.join(', ')}.`)
  if (name !== 'jobs' && payloads) throw wrongUse('--payloads is for export jobs.')
  if (name !== 'jobs' && name !== 'audit' && q !== undefined) throw wrongUse('--q is for export jobs and export audit.')
  if (name !== 'audit' && [user, action, queue, via, address, result].some((one) => one !== undefined))
    throw wrongUse('--user, --action, --queue, --via, --address and --result are for export audit.')
  if (name === 'audit' && service !== undefined) throw wrongUse('the audit trail belongs to no service.')
  return name
}

function queryOf({ from = 0, to = END, service, q = '', format = 'ndjson', payloads = false }: Values): ExportQuery {
  const { search, problems } = parseSearch(q, Date.now())
  if (!search) throw wrongUse(`--q: ${problems.map(({ message }) => message).join(' ')}`)
  const only = service === undefined ? [] : [{ by: 'field', field: 'service', pattern: service, isNot: false } as const]
  const filter: ArchivedJobFilter = {
    from: Math.max(from, search.from ?? from),
    to: Math.min(to, search.to ?? to),
    conditions: [...search.conditions, ...only],
  }
  return { filter, service, isLine: () => true, withPayloads: payloads, format }
}

function auditQuery({ q, ...values }: Values): ExportQuery {
  const { user = null, action, queue = null, via = null, address = null, result } = values
  const ok = result === undefined ? null : result === 'done'
  const isLine = lineTest({ user, actions: action ?? null, queue, via, address, ok, q: q ?? null })
  return { ...queryOf(values), isLine }
}

/** @throws a message with the accepted values */
function time(given: string): number {
  const at = timeOf(given, Date.now())
  if (at === null) throw new Error('a day (2026-11-20), a time in UTC (2026-11-20T14:00) or an age (30m, 2h, 7d)')
  return at
}

/** As fast as the other side reads; one that reads no further ends it. */
async function print(parts: AsyncGenerator<string>): Promise<void> {
  try {
    await pipeline(Readable.from(parts, { objectMode: true, highWaterMark: 1 }), process.stdout, { end: false })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error
  }
}
