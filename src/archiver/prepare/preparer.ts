import {
  type ArchivedPayload,
  type ArchivedRecord,
  type IndexedJob,
  MAX_ARCHIVED_PAYLOAD_CHARS,
  type RawJob,
  type SealedFound,
} from '../../ports/archive.js'
import type { JobPayload } from '../../protocol/index.js'
import { type MaskedText, maskPayload } from '../../redaction/json.js'
import { redactName } from '../../redaction/name.js'
import { MASK } from '../../redaction/secrets.js'
import { maskedWithin, withoutUnfinished } from '../../redaction/within.js'
import { indexPayload } from '../../search/terms.js'
import { OpenedPayloads } from './opened-payloads.js'
import { sealedIn, unopenedEvents } from './unopened.js'

/** Most characters of a payload that are masked and searched: the page searches as many of a live job's. */
const MAX_READ_CHARS = 262_144
const MAX_ERROR_CHARS = 300
/** The beginning of what Laravel's encrypter writes, base64 of `{"iv":`: it is masked as a whole. */
const ENCRYPTED = /^eyJpdiI6|"eyJpdiI6/

export interface PreparerOptions {
  /** Tokens that workers may have sealed payloads with; without one no sealed payload can be opened. */
  readonly tokens: readonly string[]
  /** Gets the counts of each batch. */
  readonly onCounts?: (counts: PrepareCounts) => void
}

/** What was found in a batch of jobs. */
export interface PrepareCounts {
  readonly jobs: number
  /** Payloads with a part that Laravel encrypted, which gives no terms. */
  readonly encrypted: number
  /** Payloads that could not be opened or masked: their jobs have none. */
  readonly unread: number
  /** Payloads with more than is indexed. */
  readonly partlyIndexed: number
}

type Counts = { -readonly [key in keyof PrepareCounts]: number }

/** Jobs as the archive takes them, and what goes with them. */
export interface PreparedJobs {
  /** In order, one for each job. */
  readonly jobs: readonly IndexedJob[]
  /** Say when payloads of a service could not be opened. */
  readonly records: readonly ArchivedRecord[]
  /** Null without sealed payloads. */
  readonly sealed: SealedFound | null
}

/**
 * Makes the function that unseals, masks and indexes jobs before they are written. It masks as the page does: the archive has nothing that the
 * page would hide. A job that can't be read has no payload; the function never rejects.
 */
export function createPreparer(options: PreparerOptions): (jobs: readonly RawJob[]) => Promise<PreparedJobs> {
  const hasToken = options.tokens.length > 0
  return async (jobs) => {
    const counts: Counts = { jobs: jobs.length, encrypted: 0, unread: 0, partlyIndexed: 0 }
    const opened = new OpenedPayloads(options.tokens)
    const prepared = jobs.map((job) => prepare(job, opened, counts))
    options.onCounts?.(counts)
    const unopened = jobs.filter(({ payload }) => opened.isUnopened(payload))
    const sealed = sealedIn(jobs, new Set(unopened))
    return { jobs: prepared, records: unopenedEvents(unopened), sealed: sealed && { hasToken, ...sealed } }
  }
}

function prepare(job: RawJob, opened: OpenedPayloads, counts: Counts): IndexedJob {
  const { payload } = job
  const name = orElse(MASK, () => storable(redactName(storable(job.name))))
  const error = orElse(null, () =>
    job.error === null ? null : storable(maskedWithin(storable(job.error), MAX_ERROR_CHARS)),
  )
  const read = payload === null ? null : orElse(null, () => indexed(opened.of(payload), counts))
  if (payload !== null && read === null) counts.unread += 1
  return { ...job, name, error, payload: read?.payload ?? null, terms: read?.terms ?? [] }
}

function indexed(
  payload: JobPayload | null,
  counts: Counts,
): { readonly payload: ArchivedPayload; readonly terms: readonly string[] } | null {
  if (payload === null) return null
  const masked = maskedOf(payload)
  const { terms, leftOut } = indexPayload(masked.text, masked.isJson)
  const isCut = payload.isCut || payload.text.length > MAX_READ_CHARS
  if (ENCRYPTED.test(payload.text)) counts.encrypted += 1
  if (leftOut > 0 || isCut) counts.partlyIndexed += 1
  const text = storable(masked.text)
  return { payload: { text: cut(text), isCut: isCut || text.length > MAX_ARCHIVED_PAYLOAD_CHARS }, terms }
}

/** Of a payload that its worker cut, the end may be a half of a secret, and the beginning is JSON that does not end. */
function maskedOf({ text, isCut }: JobPayload): MaskedText {
  const masked = withoutNuls(maskPayload(text, MAX_READ_CHARS))
  if (!isCut) return masked
  return { ...masked, text: withoutUnfinished(masked.text), isJson: /^\s{0,100}[[{]/.test(text) }
}

/** Without its NUL characters, a text may name a secret that it did not name before. Names in PHP's own format need theirs. */
function withoutNuls(masked: MaskedText): MaskedText {
  if (!masked.text.includes('\0')) return masked
  const text = storable(masked.text)
  const again = maskPayload(text, MAX_READ_CHARS)
  return again.text === text ? masked : again
}

/** On the boundary of a character. */
function cut(text: string): string {
  if (text.length <= MAX_ARCHIVED_PAYLOAD_CHARS) return text
  const isSplit = (text.charCodeAt(MAX_ARCHIVED_PAYLOAD_CHARS - 1) & 0xfc00) === 0xd800
  return text.slice(0, MAX_ARCHIVED_PAYLOAD_CHARS - (isSplit ? 1 : 0))
}

/** Text that every database stores: no NUL characters, no halves of surrogate pairs. */
function storable(text: string): string {
  return text.replaceAll('\0', '').toWellFormed()
}

function orElse<T>(fallback: T, read: () => T): T {
  try {
    return read()
  } catch {
    return fallback
  }
}
