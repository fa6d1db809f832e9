import {
  type JobDetail,
  type JobFlow,
  type JobListing,
  type JobSummary,
  type JobView,
  MAX_ID_CHARS,
  type ShownText,
} from '../../protocol/index.js'
import { cut } from '../../protocol/read.js'
import { maskPayload } from '../../redaction/json.js'
import { redactName } from '../../redaction/name.js'
import { maskCutMessage } from '../../redaction/secrets.js'
import { boundedMessage, maskStack } from '../../redaction/stack.js'

/** What is shown of one text unless all of it is asked for, in characters. */
const MAX_CHARS = 20_000
const MAX_STACKS = 50
const STACK_LIMITS = { message: MAX_CHARS / 4, stack: MAX_CHARS }
const MAX_LINE_CHARS = 4_000
/** A list is quick on a phone, whatever the errors of its jobs are, in bytes. */
const MAX_LIST_BYTES = 96_000
/** What is left of errors when a list is too large with whole ones, in characters. */
const SHORTER = [300, 100, 30, 0]

export interface Showing {
  /** Whether the visitor's role may see payloads. */
  readonly payloads: boolean
  /** Whether payloads are given whole. */
  readonly full: boolean
}

/** A text of a payload without its secrets. @param text as it is stored */
export function shownText(text: string | null, { payloads, full }: Showing): ShownText {
  const bytes = text === null ? 0 : Buffer.byteLength(text)
  if (text === null) return { text, bytes, isJson: false, isCut: false, isHidden: false, masked: 0 }
  if (!payloads) return { text: null, bytes, isJson: false, isCut: false, isHidden: true, masked: 0 }
  const shown = maskPayload(text, full ? undefined : MAX_CHARS)
  return { ...shown, bytes, isCut: !full && text.length > MAX_CHARS, isHidden: false }
}

export function jobView(detail: JobDetail, showing: Showing): JobView {
  const { data, result, progressText, options, failure, stacks } = detail
  return {
    ...detail,
    ...summaryView(detail),
    data: shownText(data, showing),
    result: shownText(result, showing),
    progressText: progressView(progressText, showing),
    options: optionsView(options),
    failure: failure === null ? null : boundedMessage(failure, MAX_CHARS),
    stacks: stacks.slice(-MAX_STACKS).map((stack) => maskStack(stack, failure ?? '', STACK_LIMITS)),
    worker: detail.worker && redactName(detail.worker),
  }
}

/** Null also for those that nobody could read: in a queue that others write to they may be of any size and depth. */
export function optionsView(options: JobDetail['options']): JobView['options'] {
  try {
    const text = JSON.stringify(options)
    return text.length > MAX_CHARS ? null : (JSON.parse(maskPayload(text).text) as JobView['options'])
  } catch {
    return null
  }
}

/** A number tells no more than the bar; whatever else an app reports is like its payload. */
function progressView(text: string | null, { payloads }: Showing): string | null {
  if (text === null || (!payloads && !/^\d{1,3}(\.\d+)?$/.test(text))) return null
  return maskPayload(text, MAX_CHARS).text
}

/** Jobs of a list, small enough for one. */
export function listingView(listing: JobListing): JobListing {
  return { ...listing, jobs: fitting(listing.jobs.map(summaryView)) }
}

export function summaryView(job: JobSummary): JobSummary {
  const { name, error, parent, scheduler } = job
  return {
    ...job,
    name: redactName(name),
    error: maskedError(error),
    parent: parent && isShort(parent.id) && isShort(parent.queue) ? parent : null,
    scheduler: scheduler !== null && isShort(scheduler) ? scheduler : null,
  }
}

/** A tree of jobs without the secrets of their names. */
export function flowView(flow: JobFlow): JobFlow {
  const children = flow.children.filter(({ id, queue }) => isShort(id) && isShort(queue)).map(flowView)
  const more = flow.more + flow.children.length - children.length
  return { ...flow, name: redactName(flow.name), children, more }
}

/** Longer ids no URL can name: they are shown nowhere but in the list that holds them. */
function isShort(id: string): boolean {
  return id.length <= MAX_ID_CHARS
}

export function logView(line: string): string {
  return maskStack(line, '', { message: MAX_LINE_CHARS, stack: MAX_LINE_CHARS })
}

function maskedError(error: string | null): string | null {
  return error === null ? null : maskCutMessage(error)
}

/** With shorter errors where they would make it too large; with ids as long as books there are fewer jobs in it. */
export function fitting(jobs: readonly JobSummary[]): readonly JobSummary[] {
  for (const length of SHORTER) {
    const shorter = jobs.map((job) => ({ ...job, error: job.error === null ? null : shorten(job.error, length) }))
    if (sizeOf(shorter) <= MAX_LIST_BYTES) return shorter
  }
  return jobs.length > 1 ? fitting(jobs.slice(0, Math.ceil(jobs.length / 2))) : jobs
}

function shorten(error: string, length: number): string | null {
  return length === 0 ? null : cut(error, length)
}

function sizeOf(jobs: readonly JobSummary[]): number {
  return Buffer.byteLength(JSON.stringify(jobs))
}
