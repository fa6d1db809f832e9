import { createHash } from 'node:crypto'
import { MAX_NAME_CHARS, MAX_STACK_CHARS } from '../protocol/index.js'
import { cut } from '../protocol/read.js'
import { isObject, messageOf, nameOf, stackOf } from './thrown.js'
import { relatedTo } from './thrown-related.js'

export interface ErrorDescription {
  readonly name: string
  readonly message: string
  readonly stack: string | null
  readonly fingerprint: string
}

/** An error of others in the same stack is told in at least so many characters. */
const MIN_RELATED_CHARS = 250
/** So many words of inner errors make the message of an error that has none of its own. */
const MAX_INNER_MESSAGES = 3

/** Describes what was thrown, whatever it is: bounded and without secrets. Never throws, whatever its getters do. */
export function describeError(error: unknown): ErrorDescription {
  const related = relatedTo(error)
  const name = cut(nameOf(error), MAX_NAME_CHARS)
  const inner = related.slice(0, MAX_INNER_MESSAGES).map((one) => messageOf(one.error))
  const message = messageOf(error, inner.filter(Boolean).join('; '))
  const stack = wholeStack(
    textOf(error, name, message),
    related.map((one) => one.label + textOf(one.error)),
    related.length > 0 || stackOf(error) !== null,
  )
  return { name, message, stack, fingerprint: fingerprintOf(name, message, stack) }
}

/** An error in a line: `TypeError: no stock`. Bounded and without secrets; never throws. */
export function wordsOf(error: unknown): string {
  const { name, message } = describeError(error)
  return isObject(error) ? `${name}: ${message}` : message
}

/** The stack of one error, or what is known of something that has none. */
function textOf(error: unknown, name = cut(nameOf(error), MAX_NAME_CHARS), message = messageOf(error)): string {
  const stack = stackOf(error)
  if (stack !== null) return stack
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

/** What varies from one error of an origin to the next. */
const VARIES: readonly (readonly [RegExp, string])[] = [
  [/0x[\da-f]+|[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}/gi, '#'],
  // Ids: hexadecimal, or long with digits and letters.
  [/\b(?=[a-f]*\d)[\da-f]{8,}\b/gi, '#'],
  [/\b(?=[\w-]*\d)(?=[\w-]*[a-z])(?=[\w-]*[A-Z])[\w-]{16,}\b/g, '#'],
  [/\b(?=[A-Z]*\d)[\dA-Z]{20,}\b/g, '#'],
  [/\d+(?:\.\d+)?/g, '#'],
  [/(["'`]).*?\1/g, '?'],
]

/**
 * The same for errors of one origin: made of the class, the message without what varies in it, and the app's own frame
 * that is nearest to the error (line numbers left out, so that a new line above does not make a new group).
 */
function fingerprintOf(name: string, message: string, stack: string | null): string {
  const frames = stack?.match(/^\s+at .+$/gm) ?? []
  const own = frames.find((frame) => !/node_modules|\(node:|at node:/.test(frame)) ?? frames[0] ?? ''
  const place = own.trim().replace(/:\d+(?::\d+)?\)?$/, '')
  const template = VARIES.reduce((text, [pattern, mark]) => text.replace(pattern, mark), message)
  return createHash('sha256')
    .update(`${name}\n${template.slice(0, 200)}\n${place}`)
    .digest('hex')
    .slice(0, 16)
}
