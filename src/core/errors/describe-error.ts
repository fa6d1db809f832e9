import { createHash } from 'node:crypto'
import { templateOf } from '../../lib/message-template.js'
import { MAX_NAME_CHARS, MAX_STACK_CHARS } from '../../protocol/index.js'
import { cut } from '../../protocol/read.js'
import { notShown } from '../../redaction/budget.js'
import { arrayOf, briefMessageOf, get, isObject, messageOf, nameOf, rawStack, stackOf } from './thrown.js'

export interface ErrorDescription {
  readonly name: string
  readonly message: string
  readonly stack: string | null
  readonly fingerprint: string
}

/** A related error is never cut below this length, characters. */
const MIN_RELATED_CHARS = 250
/** Number of inner errors whose messages replace the missing message of an error. */
const MAX_INNER_MESSAGES = 3

/** Describes a thrown value of any kind, bounded and without secrets. Never throws, even if a getter of the value does. */
export function describeError(error: unknown): ErrorDescription {
  const related = relatedTo(error)
  const name = cut(nameOf(error), MAX_NAME_CHARS)
  const inner = related.slice(0, MAX_INNER_MESSAGES).map((one) => messageOf(one.error))
  const message = messageOf(error, inner.filter(Boolean).join('; '))
  const own = stackOf(error)
  const stack = wholeStack(
    own ?? wordsIn(error, name, message),
    related.map((one) => one.label + textOf(one.error)),
    related.length > 0 || own !== null,
  )
  return { name, message, stack, fingerprint: exceptionFingerprint(name, message, stack) }
}

/** Length of the message in a brief description, characters. */
const BRIEF_CHARS = 200

/** The brief description, for when there are too many errors: the beginning of the message, and how many characters are left out. */
export function describeBriefly(error: unknown): ErrorDescription {
  const name = cut(nameOf(error), MAX_NAME_CHARS)
  const message = briefMessageOf(error, BRIEF_CHARS)
  const stack = isObject(error) ? rawStack(error) : null
  const fingerprint = exceptionFingerprint(name, message, stack?.slice(0, MAX_STACK_CHARS) ?? null)
  return { name, message, stack: stack && notShown(stack.length), fingerprint }
}

/** An error on one line: `TypeError: no stock`. Bounded and without secrets; never throws. */
export function wordsOf(error: unknown): string {
  const { name, message } = describeError(error)
  return wordsIn(error, name, message)
}

/** The stack of one error, or its name and message if it has none. */
function textOf(error: unknown): string {
  return stackOf(error) ?? wordsIn(error, cut(nameOf(error), MAX_NAME_CHARS), messageOf(error))
}

function wordsIn(error: unknown, name: string, message: string): string {
  return isObject(error) ? `${name}: ${message}` : message
}

/** The stack with those of its causes and inner errors: a long one leaves room for the others. */
function wholeStack(own: string, related: readonly string[], isKnown: boolean): string | null {
  if (!isKnown) return null
  const share = Math.max(MIN_RELATED_CHARS, Math.floor(MAX_STACK_CHARS / 2 / Math.max(1, related.length)))
  const whole = [own, ...related].join('\n')
  if (whole.length <= MAX_STACK_CHARS) return whole
  const others = related.map((text) => `\n${cut(text, share)}`).join('')
  return cut(cut(own, Math.max(MAX_STACK_CHARS / 2, MAX_STACK_CHARS - others.length)) + others, MAX_STACK_CHARS)
}

/**
 * The same for errors of one origin. Made of the class, the message without the parts that vary, and the app's frame that is nearest to the
 * error (without line numbers, so that a new line above does not make a new group).
 */
function exceptionFingerprint(name: string, message: string, stack: string | null): string {
  const frames = stack?.match(/^[ \t]+at .+$/gm) ?? []
  const own = frames.find((frame) => !/node_modules|\(node:|at node:/.test(frame)) ?? frames[0] ?? ''
  const place = own.trim().replace(/:\d+(?::\d+)?\)?$/, '')
  return createHash('sha256')
    .update(`${name}\n${templateOf(message)}\n${place}`)
    .digest('hex')
    .slice(0, 16)
}

/** An error that another one contains, with a label for their relation. */
export interface Related {
  readonly label: string
  readonly error: unknown
}

const MAX_RELATED = 16
const MAX_DEPTH = 5
/** Maximum number of inner errors per error. */
const MAX_INNER = 8

/** The inner errors and the causes of an error, recursively; each once, as there may be a cycle. */
export function relatedTo(error: unknown): readonly Related[] {
  const found: Related[] = []
  collect(error, new Set([error]), found, 0)
  return found
}

function collect(error: unknown, seen: Set<unknown>, found: Related[], depth: number): void {
  if (!isObject(error) || depth >= MAX_DEPTH) return
  for (const related of [...innerOf(error), ...causeOf(error)]) {
    if (found.length >= MAX_RELATED) return
    if (isObject(related.error) && seen.has(related.error)) continue
    seen.add(related.error)
    found.push(related)
    collect(related.error, seen, found, depth + 1)
  }
}

function causeOf(error: object): Related[] {
  const cause = get(error, 'cause')
  if (cause !== undefined && cause !== null) return [{ label: 'Caused by: ', error: cause }]
  // An error event, a SuppressedError, and `{ error: { code } }` of an API.
  const { inner, suppressed } = { inner: get(error, 'error'), suppressed: get(error, 'suppressed') }
  const parts = [
    { label: 'Caused by: ', error: inner },
    { label: 'Suppressed: ', error: suppressed },
  ]
  return parts.filter((part) => isObject(part.error) && typeof part.error === 'object')
}

/** The inner errors of an AggregateError, of a thrown array, and of a validation library. */
function innerOf(error: object): Related[] {
  const all = arrayOf(error) ?? arrayOf(get(error, 'errors')) ?? arrayOf(get(error, 'issues')) ?? []
  const count = lengthOf(all)
  return Array.from({ length: Math.min(count, MAX_INNER) }, (_, index) => ({
    label: `Error ${index + 1} of ${count}: `,
    error: get(all, String(index)),
  }))
}

function lengthOf(array: readonly unknown[]): number {
  const length = get(array, 'length')
  return typeof length === 'number' ? length : 0
}
