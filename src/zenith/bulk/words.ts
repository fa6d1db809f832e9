import { type JobSelection, MAX_MESSAGE_CHARS } from '../../protocol/index.js'
import { cut } from '../../protocol/read.js'
import type { Operation } from './operation.js'
import { STATE_WORDS } from './selection.js'

const MAX_QUEUES = 3
const MAX_REASONS = 5

/** What an operation is about: `all 120 failed jobs of mail`. */
export function targetOf({ selection, work, queues, isPartial }: Operation): string {
  const jobs = `${STATE_WORDS[selection.state]} ${work.size === 1 ? 'job' : 'jobs'}`
  const which = selection.ids ? `${work.size} chosen` : `${isPartial ? 'the first' : 'all'} ${work.size}`
  const where = inWords(queues.map(({ name }) => name))
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

/** What came of it: `118 done, 2 skipped: it is not failed any more`. */
export function outcomeOf({ work, notDone, error, phase }: Operation): string {
  const reasons = work.skipped.list.filter(({ reason }) => reason !== notDone?.reason)
  const skipped = reasons.reduce((sum, { count }) => sum + count, 0)
  const parts = [
    `${work.succeeded} done`,
    skipped === 0 ? null : `${skipped} skipped: ${reasonsOf(reasons)}`,
    notDone && `${notDone.count} ${notDone.reason.charAt(0).toLowerCase()}${notDone.reason.slice(1)}`,
    phase === 'failed' ? error : null,
  ]
  return cut(parts.filter((part) => part !== null).join(', '), MAX_MESSAGE_CHARS)
}

function reasonsOf(reasons: readonly { readonly reason: string; readonly count: number }[]): string {
  const texts = reasons.slice(0, MAX_REASONS).map(({ reason, count }) => `${reason} (${count})`)
  return (reasons.length > MAX_REASONS ? [...texts, '…'] : texts).join('; ')
}
