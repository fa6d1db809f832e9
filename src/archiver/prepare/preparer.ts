import {
  type ArchivedPayload,
  type IndexedJob,
  MAX_ARCHIVED_PAYLOAD_CHARS,
  type RawJob,
  type RawPayload,
  type SealedPayload,
} from '../../ports/archive.js'
import type { JobPayload } from '../../protocol/index.js'
import { maskPayload } from '../../redaction/json.js'
import { redactName } from '../../redaction/name.js'
import { MASK } from '../../redaction/secrets.js'
import { maskedWithin } from '../../redaction/within.js'
import { indexPayload } from '../../search/terms.js'

/** Most characters of a payload that are masked and searched: the page searches as many of a live job's. */
const MAX_READ_CHARS = 262_144
const MAX_ERROR_CHARS = 300
/** The beginning of what Laravel's encrypter writes, base64 of `{"iv":`: it is masked as a whole. */
const ENCRYPTED = /^eyJpdiI6|"eyJpdiI6/

export interface PreparerOptions {
  /** Opens a sealed payload; null if it can't be opened. */
  readonly open: (payload: SealedPayload) => JobPayload | null
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

/**
 * Makes the function that unseals, masks and indexes jobs before they are written. It masks as the page does: the archive has nothing that the
 * page would hide. A job that can't be read has no payload; the function never rejects.
 */
export function createPreparer(options: PreparerOptions): (jobs: readonly RawJob[]) => Promise<readonly IndexedJob[]> {
  return async (jobs) => {
    const counts: Counts = { jobs: jobs.length, encrypted: 0, unread: 0, partlyIndexed: 0 }
    const prepared = jobs.map((job) => prepare(job, options, counts))
    options.onCounts?.(counts)
    return prepared
  }
}

function prepare(job: RawJob, { open }: PreparerOptions, counts: Counts): IndexedJob {
  const name = orElse(MASK, () => storable(redactName(job.name)))
  const error = orElse(null, () => (job.error === null ? null : storable(maskedWithin(job.error, MAX_ERROR_CHARS))))
  const read =
    job.payload === null ? null : orElse(null, () => indexed(opened(job.payload as RawPayload, open), counts))
  if (job.payload !== null && read === null) counts.unread += 1
  return { ...job, name, error, payload: read?.payload ?? null, terms: read?.terms ?? [] }
}

function opened(payload: RawPayload, open: PreparerOptions['open']): JobPayload | null {
  return payload.kind === 'text' ? { text: payload.text, isCut: false } : open(payload)
}

function indexed(
  read: JobPayload | null,
  counts: Counts,
): { payload: ArchivedPayload; terms: readonly string[] } | null {
  if (read === null) return null
  const { text } = read
  const masked = maskPayload(text, MAX_READ_CHARS)
  const { terms, leftOut } = indexPayload(masked.text, masked.isJson)
  if (ENCRYPTED.test(text)) counts.encrypted += 1
  if (leftOut > 0 || text.length > MAX_READ_CHARS) counts.partlyIndexed += 1
  const shown = storable(masked.text)
  const isCut = read.isCut || shown.length > MAX_ARCHIVED_PAYLOAD_CHARS || text.length > MAX_READ_CHARS
  return { payload: { text: cut(shown), isCut }, terms }
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
