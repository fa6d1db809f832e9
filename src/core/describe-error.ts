import { createHash } from 'node:crypto'
import { MAX_MESSAGE_CHARS, MAX_NAME_CHARS, MAX_STACK_CHARS } from '../protocol/index.js'
import { cut } from '../protocol/read.js'
import { maskMessage, maskSecrets } from '../redaction/secrets.js'

export interface ErrorDescription {
  readonly name: string
  readonly message: string
  readonly stack: string | null
  readonly fingerprint: string
}

const MAX_CAUSES = 4

/** Says what was thrown, whatever it is: bounded and without secrets. Never throws, whatever its getters do. */
export function describeError(error: unknown): ErrorDescription {
  const name = cut(maskMessage(beginningOf(textOf(error, 'name') ?? kindOf(error), MAX_MESSAGE_CHARS)), MAX_NAME_CHARS)
  const raw = isObject(error) ? (textOf(error, 'message') ?? '') : safeString(error)
  const message = cut(maskMessage(beginningOf(raw, 4 * MAX_MESSAGE_CHARS)), MAX_MESSAGE_CHARS)
  const stack = stackOf(error)
  return { name, message, stack, fingerprint: fingerprintOf(name, message, stack) }
}

/** An error in a line: `TypeError: no stock`. Bounded and without secrets; never throws. */
export function wordsOf(error: unknown): string {
  const { name, message } = describeError(error)
  return isObject(error) ? `${name}: ${message}` : message
}

/** The stack with those of its causes, cut and masked. */
function stackOf(error: unknown): string | null {
  const stacks = chainOf(error).flatMap((link) => {
    const stack = textOf(link, 'stack')
    return stack === null ? [] : beginningOf(stack, MAX_STACK_CHARS)
  })
  return stacks.length > 0 ? cut(maskSecrets(stacks.join('\nCaused by: ')), MAX_STACK_CHARS) : null
}

/** The error and its causes, of which there may be a circle. */
function chainOf(error: unknown, depth = 0): unknown[] {
  if (!isObject(error) || depth > MAX_CAUSES) return []
  return [error, ...chainOf(get(error, 'cause'), depth + 1)]
}

/**
 * The same for errors of one origin: made of the class, the message without what varies in it, and the app's own frame
 * that is nearest to the error (line numbers left out, so that a new line above does not make a new group).
 */
function fingerprintOf(name: string, message: string, stack: string | null): string {
  const frames = stack?.match(/^\s+at .+$/gm) ?? []
  const own = frames.find((frame) => !/node_modules|\(node:|at node:/.test(frame)) ?? frames[0] ?? ''
  const place = own.trim().replace(/:\d+(?::\d+)?\)?$/, '')
  const template = message
    .replace(/0x[\da-f]+|[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}|\d+(?:\.\d+)?/gi, '#')
    .replace(/(["'`]).*?\1/g, '?')
  return createHash('sha256')
    .update(`${name}\n${template.slice(0, 200)}\n${place}`)
    .digest('hex')
    .slice(0, 16)
}

/** So much of a text, without a word that is cut in two: of half a secret nobody can tell that it is one. */
function beginningOf(text: string, maxChars: number): string {
  if (text.length <= maxChars) return text
  const part = text.slice(0, maxChars)
  const end = Math.max(part.lastIndexOf(' '), part.lastIndexOf('\n'))
  return end > maxChars / 2 ? part.slice(0, end) : part
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
}

function textOf(error: unknown, key: string): string | null {
  const value = isObject(error) ? get(error, key) : undefined
  return typeof value === 'string' && value !== '' ? value : null
}

function get(object: object, key: string): unknown {
  try {
    return (object as Record<string, unknown>)[key]
  } catch {
    return undefined
  }
}

function kindOf(value: unknown): string {
  return value === null ? 'null' : typeof value
}

function safeString(value: unknown): string {
  try {
    return String(value)
  } catch {
    return ''
  }
}
