import type { BulkOperation, JobSelection } from '../../../api/bulk.js'
import { stateInWords } from '../../../api/words.js'
import { MAX_MESSAGE_CHARS } from '../../../protocol/index.js'
import { cut } from '../../../protocol/read.js'
import type { Operation } from './operation.js'
import { UNKNOWN } from './work-list.js'

const MAX_QUEUES = 3
const MAX_REASONS = 5

/** The jobs of an operation: `all 120 failed jobs of mail`. */
export function targetOf(operation: Operation): string {
  return targetInWords(
    operation.view,
    operation.queues.map(({ name }) => name),
  )
}

/** @param names of the queues; empty: uses their keys */
export function targetInWords({ selection, eligible, isPartial }: BulkOperation, names: readonly string[]): string {
  const jobs = `${stateInWords(selection.state)} ${eligible === 1 ? 'job' : 'jobs'}`
  const which = selection.ids ? `${eligible} chosen` : `${isPartial ? 'the first' : 'all'} ${eligible}`
  const where = inWords(names.length > 0 ? names : selection.queues)
  return cut(`${which} ${jobs} of ${where}${filterOf(selection)}`, MAX_MESSAGE_CHARS)
}

function filterOf({ name, fingerprint, text }: JobSelection): string {
  return [
    name === null ? '' : `, named "${name}"`,
    fingerprint === null ? '' : `, with errors of the kind ${fingerprint}`,
    text === null ? '' : `, with "${text}" in them`,
  ].join('')
}

function inWords(names: readonly string[]): string {
  const shown = names.slice(0, MAX_QUEUES).join(', ')
  return names.length > MAX_QUEUES ? `${shown} and ${names.length - MAX_QUEUES} more` : shown
}

/** Its result: `118 done, 2 skipped: it is not failed any more`. */
export function outcomeOf({ view, notDone }: Operation): string {
  return outcomeInWords(view, notDone)
}

/** @param notDone number of jobs that it did not reach, and why */
export function outcomeInWords(
  { succeeded, skipped, unknown, isPartial, phase, error }: BulkOperation,
  notDone: Operation['notDone'],
): string {
  const reasons = skipped.filter(({ reason }) => reason !== notDone?.reason && reason !== UNKNOWN)
  const count = reasons.reduce((sum, one) => sum + one.count, 0)
  const parts = [
    `${succeeded} done`,
    count === 0 ? null : `${count} skipped: ${reasonsOf(reasons)}`,
    unknown === 0 ? null : `${unknown} of which it is not known`,
    notDone && `${notDone.count} ${notDone.reason.charAt(0).toLowerCase()}${notDone.reason.slice(1)}`,
    isPartial ? 'and there were more than one operation takes' : null,
    phase === 'failed' || phase === 'interrupted' ? error : null,
  ]
  return cut(parts.filter((part) => part !== null).join(', '), MAX_MESSAGE_CHARS)
}

function reasonsOf(reasons: readonly { readonly reason: string; readonly count: number }[]): string {
  const texts = reasons.slice(0, MAX_REASONS).map(({ reason, count }) => `${reason} (${count})`)
  return (reasons.length > MAX_REASONS ? [...texts, '…'] : texts).join('; ')
}
