import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ArchivedJobFilter } from '../../ports/index.js'
import { parseSearch } from '../../search/language.js'
import { timeOf } from '../../search/times.js'
import { placeOf, reading } from '../archive/open.js'
import { type ExportQuery, FORMATS, TABLES, type TableName, tableText } from '../archive/tables.js'
import { ARCHIVE_PLACE_OPTIONS } from '../arguments/archive.js'
import { type Command, wrongUse } from '../arguments/command.js'
import {
  describeOptions,
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
  q: { value: 'SEARCH', env: null, help: 'only jobs that fulfil a search, state:failed queue:mail*', read: anything },
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
    const query = queryOf(values)
    await reading(placeOf(values), (archive) => print(tableText(archive, name, query)))
  },
}

type Values = Parsed<typeof OPTIONS>['values']

function tableOf(word: string | undefined, { q, payloads, service }: Values): TableName {
  const name = TABLES.find((one) => one === word)
  if (!name) throw wrongUse(`export takes one of ${TABLES.join(', ')}.`)
  if (name !== 'jobs' && (q !== undefined || payloads)) throw wrongUse('--q and --payloads are for export jobs.')
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
  return { filter, service, withPayloads: payloads, format }
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
