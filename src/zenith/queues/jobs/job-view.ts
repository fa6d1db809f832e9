import type { JobView, ShownText } from '../../../api/jobs.js'
import { inSlices } from '../../../lib/async.js'
import {
  type JobDetail,
  type JobFlow,
  type JobListing,
  type JobOutcome,
  type JobPlace,
  type JobSummary,
  MAX_ID_CHARS,
  type QueueCapability,
} from '../../../protocol/index.js'
import { cut } from '../../../protocol/read.js'
import { MaskBudget, maskedInBudget, notShown } from '../../../redaction/budget.js'
import { type Seen, seenSummary } from '../../../redaction/job.js'
import { maskPayload } from '../../../redaction/json.js'
import { redactName } from '../../../redaction/name.js'
import { boundedMessage, maskStack } from '../../../redaction/stack.js'
import { maskedWithin } from '../../../redaction/within.js'
import { readCarriedTrace } from '../../../tracing/job-metadata.js'

/** Characters of a text to show unless all of it is requested. */
const MAX_CHARS = 20_000
const MAX_STACKS = 50
const STACK_LIMITS = { message: MAX_CHARS / 4, stack: MAX_CHARS }
const MAX_LINE_CHARS = 4_000
const MAX_REASON_CHARS = 300
/** Largest list, bytes: it must load quickly on a phone, whatever errors its jobs have. */
const MAX_LIST_BYTES = 96_000
/** Lengths to cut errors to if a list with whole ones is too large, characters. */
const SHORTER = [300, 100, 30, 0]

/** Jobs to mask before yielding to the event loop. */
const SLICE = 50

export type SeenJob = Seen<JobSummary>

export interface Showing {
  /** Whether the principal's role may see payloads. */
  readonly payloads: boolean
  /** Whether payloads are returned whole. */
  readonly full: boolean
  /** Shared by all texts of one response; without it each text has its own. */
  readonly budget?: MaskBudget
}

/** A text of a payload without its secrets. @param text as stored */
export function shownText(text: string | null, { payloads, full, budget = new MaskBudget() }: Showing): ShownText {
  const bytes = text === null ? 0 : Buffer.byteLength(text)
  if (text === null) return { text, bytes, isJson: false, isCut: false, isHidden: false, masked: 0 }
  if (!payloads) return { text: null, bytes, isJson: false, isCut: false, isHidden: true, masked: 0 }
  const wanted = full ? text.length : Math.min(text.length, MAX_CHARS)
  const taken = budget.take(wanted)
  const shown = maskPayload(text, taken)
  const rest = taken < wanted ? notShown(text.length - taken) : ''
  return { ...shown, text: shown.text + rest, bytes, isCut: taken < text.length, isHidden: false }
}

/** @param actions possible actions on jobs of this queue */
export function jobView(detail: JobDetail, showing: Showing, actions: readonly QueueCapability[]): JobView {
  const { data, result, progressText, options, failure } = detail
  const budget = showing.budget ?? new MaskBudget()
  const shared = { ...showing, budget }
  return {
    ...detail,
    ...summaryView(detail),
    failure: failure === null ? null : maskedInBudget(failure, MAX_CHARS, budget, boundedMessage),
    data: shownText(data, shared),
    result: shownText(result, shared),
    progressText: progressView(progressText, showing),
    options: optionsView(options),
    stacks: stacksView(detail, budget),
    worker: detail.worker && redactName(detail.worker),
    traceId: traceIdIn(options),
    remedy: detail.state === 'stuck' ? remedyFor(actions) : null,
  }
}

/** BullMQ's field for telemetry: that of the app, of Quasar, or of another reporter. */
function traceIdIn(options: JobDetail['options']): string | null {
  const { metadata } = (options?.telemetry ?? {}) as { readonly metadata?: unknown }
  return readCarriedTrace(metadata)?.traceId ?? null
}

/** Newest last; the newest use the budget first. */
function stacksView({ stacks, failure }: JobDetail, budget: MaskBudget): string[] {
  const mask = (stack: string, maxChars: number) =>
    maskStack(stack, failure ?? '', { message: Math.min(maxChars, STACK_LIMITS.message), stack: maxChars })
  const newestFirst = stacks.slice(-MAX_STACKS).reverse()
  return newestFirst.map((stack) => maskedInBudget(stack, STACK_LIMITS.stack, budget, mask)).reverse()
}

/** What to do about a job that no list of its queue holds. */
function remedyFor(actions: readonly QueueCapability[]): string {
  const stuck = 'No list of its queue holds this job, so no worker takes it.'
  if (!actions.includes('remove')) return `${stuck} Its queue’s own tools can add it again.`
  return actions.includes('duplicate')
    ? `${stuck} Duplicate it to have it run, then remove this one.`
    : `${stuck} It can be removed.`
}

/** Null also for options too large to show: in a queue that other programs write to they may have any size and depth. */
export function optionsView(options: JobDetail['options']): JobView['options'] {
  try {
    const text = JSON.stringify(options)
    return text.length > MAX_CHARS ? null : (JSON.parse(maskPayload(text).text) as JobView['options'])
  } catch {
    return null
  }
}

/** A number is as harmless as the progress bar; any other value that an app reports is treated like its payload. */
function progressView(text: string | null, { payloads }: Showing): string | null {
  if (text === null || (!payloads && !/^\d{1,3}(\.\d+)?$/.test(text))) return null
  return maskPayload(text, MAX_CHARS).text
}

/** The jobs of a list, within the size of one. */
export function listingView(listing: JobListing): JobListing {
  return { ...listing, jobs: fitting(listing.jobs.map(summaryView)) }
}

/** A job of a list as it is shown: comparing, counting and grouping use this. */
export function summaryView<Place extends JobPlace>(job: JobSummary<Place>): Seen<JobSummary<Place>> {
  const { parent, scheduler } = job
  return {
    ...seenSummary(job),
    parent: parent && isShort(parent.id) && isShort(parent.queue) ? parent : null,
    scheduler: scheduler !== null && isShort(scheduler) ? scheduler : null,
  }
}

/** Like {@link summaryView}, for many jobs, in slices: the app that Zenith is mounted in runs in between. */
export async function summaryViews(jobs: readonly JobSummary[]): Promise<SeenJob[]> {
  const views: SeenJob[] = []
  await inSlices(jobs, SLICE, (job) => views.push(summaryView(job)))
  return views
}

/** A tree of jobs, without the secrets in their names. */
export function flowView(flow: JobFlow): JobFlow {
  const children = flow.children.filter(({ id, queue }) => isShort(id) && isShort(queue)).map(flowView)
  const more = flow.more + flow.children.length - children.length
  return { ...flow, name: redactName(flow.name), children, more }
}

/** A URL cannot contain longer ids: they are shown only in the list that holds them. */
function isShort(id: string): boolean {
  return id.length <= MAX_ID_CHARS
}

/** The outcome for a job: its reason may be a message of the queue system. */
export function outcomeView(outcome: JobOutcome): JobOutcome {
  const { reason } = outcome
  return { ...outcome, reason: reason === null ? null : maskedWithin(reason, MAX_REASON_CHARS) }
}

/** @param budget for all lines of a response */
export function logView(line: string, budget: MaskBudget = new MaskBudget()): string {
  return maskedInBudget(line, MAX_LINE_CHARS, budget, (text, maxChars) =>
    maskStack(text, '', { message: maxChars, stack: maxChars }),
  )
}

/** Shortens errors if they would make the list too large; with extremely long ids it has fewer jobs. */
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
