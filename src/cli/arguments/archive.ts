import { isClusterId, TAKES_CLUSTER_ID } from '../../api/clusters.js'
import type { Archive } from '../../ports/index.js'
import { postgresArchive } from '../../runtime/postgres-archive.js'
import { sqliteArchive } from '../../runtime/sqlite-archive.js'
import type { ZenithOptions } from '../../runtime/zenith-options.js'
import { wrongUse } from './command.js'
import { type OptionSpec, type Parsed, text, wholeNumber, yesOrNo } from './options.js'

export const DEFAULT_ARCHIVE = './quasar-data'

/** Where an archive is. */
export type ArchivePlace =
  | { readonly kind: 'sqlite'; readonly dir: string }
  | { readonly kind: 'postgres'; readonly url: string; readonly schema?: string }

const TAKES = 'a directory, a URL such as postgres://user:password@host:5432/database, or none'
const IS_URL = /^[a-z][\w+.-]+:\/\//i
const UNITS: Readonly<Record<string, number>> = { '': 1, kb: 1e3, mb: 1e6, gb: 1e9, tb: 1e12 }

/** @returns null for `none`. @throws a message that shows no value: it may have a password */
export function archivePlace(given: string): ArchivePlace | null {
  if (given === 'none') return null
  if (!IS_URL.test(given)) return { kind: 'sqlite', dir: text(/./, TAKES)(given) }
  try {
    postgresArchive({ url: given })
    return { kind: 'postgres', url: given }
  } catch {
    throw new Error(TAKES)
  }
}

/** @throws a message with the accepted values */
function bytes(given: string): number {
  const [, amount, unit = ''] = /^(\d{1,15}(?:\.\d{1,3})?)\s*([kmgt]b)?$/i.exec(given) ?? []
  const size = Number(amount) * (UNITS[unit.toLowerCase()] ?? Number.NaN)
  if (!(size >= 1 && size <= Number.MAX_SAFE_INTEGER)) throw new Error('a size, such as 20GB or 500MB')
  return Math.round(size)
}

const days = wholeNumber(1, 36_500, 'a number of days, 1 to 36500')

/** The option that names an archive. */
export const ARCHIVE_OPTION = {
  value: 'PLACE',
  env: 'QUASAR_ARCHIVE',
  help: 'the archive: a directory, postgres://… or none',
  default: DEFAULT_ARCHIVE,
  read: archivePlace,
} as const satisfies OptionSpec<unknown>

/** The options that name the archive of a command that reads or changes one. */
export const ARCHIVE_PLACE_OPTIONS = {
  archive: ARCHIVE_OPTION,
  cluster: {
    value: 'ID',
    env: null,
    help: 'the cluster, of a Zenith with several (default: that of a Zenith with one)',
    read: (given: string) => {
      if (isClusterId(given)) return given
      throw new Error(`the id of a cluster: ${TAKES_CLUSTER_ID}`)
    },
  },
} as const satisfies Record<string, OptionSpec<unknown>>

export const ARCHIVE_OPTIONS = {
  archive: ARCHIVE_OPTION,
  'archive-days': {
    value: 'DAYS',
    env: 'QUASAR_ARCHIVE_DAYS',
    help: 'days of slow entries, exceptions and finished jobs',
    default: '90, jobs without limit',
    read: days,
  },
  'archive-payload-days': {
    value: 'DAYS',
    env: 'QUASAR_ARCHIVE_PAYLOAD_DAYS',
    help: 'days of payloads of jobs',
    default: '30',
    read: days,
  },
  'archive-payloads': {
    value: 'CHOICE',
    env: 'QUASAR_ARCHIVE_PAYLOADS',
    help: 'yes or no: payloads of the finished jobs that Zenith reads from queues',
    default: 'yes',
    read: yesOrNo,
  },
  'archive-max-bytes': {
    value: 'SIZE',
    env: 'QUASAR_ARCHIVE_MAX_BYTES',
    help: 'size of the whole archive',
    default: '20GB',
    read: bytes,
  },
} as const satisfies Record<string, OptionSpec<unknown>>

type Values = Parsed<typeof ARCHIVE_OPTIONS>['values']

/** What a command archives to. */
export interface ArchiveSettings {
  readonly place: ArchivePlace
  /** Whether no option named it. */
  readonly isDefault: boolean
  readonly retention: NonNullable<ZenithOptions['retention']>
  /** Whether payloads of jobs that queues list as finished are archived; undefined for the default. */
  readonly archivePayloads: boolean | undefined
}

/** @throws Problem when options contradict each other */
export function archiveSettingsOf(values: Values): ArchiveSettings | null {
  const {
    archive,
    'archive-days': recordDays,
    'archive-payload-days': payloadDays,
    'archive-payloads': archivePayloads,
    'archive-max-bytes': maxBytes,
  } = values
  const retention = { recordDays, jobDays: recordDays, payloadDays, maxBytes }
  if (archive !== null) {
    const isDefault = archive === undefined
    return { place: archive ?? { kind: 'sqlite', dir: DEFAULT_ARCHIVE }, isDefault, retention, archivePayloads }
  }
  if (Object.values({ ...retention, archivePayloads }).every((value) => value === undefined)) return null
  throw wrongUse(
    '--archive none keeps nothing: leave out --archive-days, --archive-payload-days, --archive-payloads and --archive-max-bytes.',
  )
}

/** An archive on its thread, not opened yet. */
export function archiveAt(place: ArchivePlace): Archive {
  return place.kind === 'sqlite' ? sqliteArchive({ dir: place.dir }) : postgresArchive({ url: place.url })
}
