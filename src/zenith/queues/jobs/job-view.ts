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

/** What is shown of one text unless all of it is asked for, in characters. */
const MAX_CHARS = 20_000
const MAX_STACKS = 50
const STACK_LIMITS = { message: MAX_CHARS / 4, stack: MAX_CHARS }
const MAX_LINE_CHARS = 4_000
const MAX_REASON_CHARS = 300
/** A list is quick on a phone, whatever the errors of its jobs are, in bytes. */
const MAX_LIST_BYTES = 96_000
/** What is left of errors when a list is too large with whole ones, in characters. */
const SHORTER = [300, 100, 30, 0]

/** So many jobs are masked until others have their turn. */
const SLICE = 50

export type SeenJob = Seen<JobSummary>

export interface Showing {
  /** Whether the principal's role may see payloads. */
  readonly payloads: boolean
  /** Whether payloads are given whole. */
  readonly full: boolean
  /** What all texts of one answer share; without it each has its own. */
  readonly budget?: MaskBudget
}

/** A text of a payload without its secrets. @param text as it is stored */
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

/** @param actions what can be done with jobs of this queue */
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
    remedy: detail.state === 'stuck' ? remedyFor(actions) : null,
  }
}

/** The newest come last, and are the first that the budget goes to. */
function stacksView({ stacks, failure }: JobDetail, budget: MaskBudget): string[] {
  const mask = (stack: string, maxChars: number) =>
    maskStack(stack, failure ?? '', { message: Math.min(maxChars, STACK_LIMITS.message), stack: maxChars })
  const newestFirst = stacks.slice(-MAX_STACKS).reverse()
  return newestFirst.map((stack) => maskedInBudget(stack, STACK_LIMITS.stack, budget, mask)).reverse()
}

/** What can be done about a job that no list of its queue holds. */
function remedyFor(actions: readonly QueueCapability[]): string {
  const stuck = 'No list of its queue holds this job, so no worker takes it.'
  if (!actions.includes('remove')) return `${stuck} Its queue’s own tools can add it again.`
  return actions.includes('duplicate')
    ? `${stuck} Duplicate it to have it run, then remove this one.`
    : `${stuck} It can be removed.`
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

/** A job of a list as it is seen: what is compared, counted and grouped is this. */
export function summaryView<Place extends JobPlace>(job: JobSummary<Place>): Seen<JobSummary<Place>> {
  const { parent, scheduler } = job
  return {
    ...seenSummary(job),
    parent: parent && isShort(parent.id) && isShort(parent.queue) ? parent : null,
    scheduler: scheduler !== null && isShort(scheduler) ? scheduler : null,
  }
}

/** The same of many, in slices: the app that Zenith is part of has its turn in between. */
export async function summaryViews(jobs: readonly JobSummary[]): Promise<SeenJob[]> {
  const views: SeenJob[] = []
  await inSlices(jobs, SLICE, (job) => views.push(summaryView(job)))
  return views
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

/** What became of a job: the reason may be in the words of its system. */
export function outcomeView(outcome: JobOutcome): JobOutcome {
  const { reason } = outcome
  return { ...outcome, reason: reason === null ? null : maskedWithin(reason, MAX_REASON_CHARS) }
}

/** @param budget of all lines of an answer */
export function logView(line: string, budget: MaskBudget = new MaskBudget()): string {
  return maskedInBudget(line, MAX_LINE_CHARS, budget, (text, maxChars) =>
    maskStack(text, '', { message: maxChars, stack: maxChars }),
  )
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
