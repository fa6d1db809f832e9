/** Reads thrown values, which may be anything: none of these functions throws, and their results are bounded and masked. */
import { MAX_MESSAGE_CHARS, MAX_STACK_CHARS } from '../../protocol/index.js'
import { notShown } from '../../redaction/budget.js'
import { namesSecret } from '../../redaction/secret-names.js'
import { boundedMessage, maskStack } from '../../redaction/stack.js'
import { maskedWithin, windowOf } from '../../redaction/within.js'

const MAX_VALUE_CHARS = 200
const MAX_KEYS = 10
const MAX_KEY_CHARS = 40
const MAX_FRAMES = 50
const MAX_FRAME_CHARS = 1_000

/**
 * Fields that distinguish errors of databases, HTTP clients and APIs. Their values are shown; of other fields of a thrown object only the
 * names, since their values are the app's data.
 */
const TELLING = ['code', 'status', 'statusCode', 'statusText', 'syscall', 'type', 'kind']
/** Replace a missing message, the first one found. */
const WORDS = ['title', 'reason', 'detail', 'description']
const COMMON = new Set([
  'name',
  'message',
  'stack',
  'cause',
  'error',
  'errors',
  'issues',
  'errno',
  ...TELLING,
  ...WORDS,
])

export function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
}

/** A property's value; undefined if its getter throws. */
export function get(object: object, key: string): unknown {
  try {
    return (object as Record<string, unknown>)[key]
  } catch {
    return undefined
  }
}

/** The error's name, else its class, else its type. */
export function nameOf(error: unknown): string {
  if (!isObject(error)) return error === null ? 'null' : typeof error
  if (typeof error === 'function') return 'function'
  return mask(textIn(error, 'name') ?? classOf(error) ?? 'object')
}

/**
 * The message; without one, the best description of the error; empty if there is none.
 *
 * @param inner the messages of inner errors, which replace a missing one
 */
export function messageOf(error: unknown, inner = ''): string {
  if (!isObject(error)) return mask(safeString(error))
  if (typeof error === 'function') return mask(textIn(error, 'name') ?? '')
  const message = rawMessage(error) || inner
  const fields = tellingFields(error, message)
  if (message !== '') return mask(hasStack(error) || fields === '' ? message : `${message} (${fields})`)
  return mask(fields || ownWords(error) || keysOf(error))
}

/** Only the beginning of the message, with the number of characters left out: cheaper than {@link messageOf}. */
export function briefMessageOf(error: unknown, maxChars: number): string {
  const text = isObject(error) ? rawMessage(error) : safeString(error)
  const begin = boundedMessage(text, maxChars)
  return text.length > maxChars ? begin.replace(/…$/, '') + notShown(text.length - maxChars) : begin
}

/** The stack with its own message, masked, and the fields that distinguish the error; null without one. */
export function stackOf(error: unknown): string | null {
  if (!isObject(error)) return null
  const stack = rawStack(error)
  if (stack === null) return null
  const message = rawMessage(error)
  const fields = tellingFields(
    error,
    `${message.slice(0, 4 * MAX_MESSAGE_CHARS)}\n${stack.slice(0, stack.indexOf('\n'))}`,
  )
  return (
    maskStack(stack, message, { message: MAX_MESSAGE_CHARS, stack: MAX_STACK_CHARS }) +
    (fields === '' ? '' : `\n    (${mask(fields)})`)
  )
}

function rawMessage(error: object): string {
  const message = get(error, 'message')
  if (typeof message === 'string' && message !== '') return message
  if (isObject(message)) return textIn(message, 'message') ?? tellingFields(message, '')
  if (message !== undefined && message !== null && message !== '') return safeString(message)
  const key = hasStack(error) ? undefined : WORDS.find((word) => textIn(error, word) !== null)
  return (key && textIn(error, key)) ?? ''
}

function hasStack(error: object): boolean {
  const stack = get(error, 'stack')
  return (typeof stack === 'string' && stack !== '') || (arrayOf(stack)?.length ?? 0) > 0
}

/** As text, or from the call sites that an app's own `Error.prepareStackTrace` returns. */
export function rawStack(error: object): string | null {
  const stack = get(error, 'stack')
  if (typeof stack === 'string') return stack === '' ? null : stack
  const sites = arrayOf(stack)
  if (sites === null || sites.length === 0) return null
  const frames = sites.slice(0, MAX_FRAMES).map((site) => `\n    at ${windowOf(safeString(site), MAX_FRAME_CHARS)}`)
  return `${textIn(error, 'name') ?? classOf(error) ?? 'object'}: ${rawMessage(error)}${frames.join('')}`
}

/** `code: E_STOCK, status: 409`, each value once and without those that the text has already. */
function tellingFields(error: object, known: string): string {
  const fields = new Map<string, string>()
  for (const key of TELLING) {
    const value = get(error, key)
    const isShort = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    const text = isShort ? maskedWithin(String(value), MAX_VALUE_CHARS) : ''
    if (text !== '' && !known.includes(text) && !fields.has(text)) fields.set(text, `${key}: ${text}`)
  }
  return [...fields.values()].join(', ')
}

/** How a class of the app describes its instances. */
function ownWords(error: object): string {
  if (arrayOf(error) !== null) return ''
  if (get(error, 'toString') === Object.prototype.toString) return ''
  const words = safeString(error)
  return /^\[object .*\]$/.test(words) ? '' : words
}

/** `keys: sku, count`: the values are the app's data. */
function keysOf(error: object): string {
  try {
    const keys = Object.keys(error).filter((key) => !COMMON.has(key) && !namesSecret(key) && !/^\d+$/.test(key))
    const names = keys.slice(0, MAX_KEYS).map((key) => maskedWithin(key, MAX_KEY_CHARS))
    return keys.length === 0 ? '' : `keys: ${names.join(', ')}${keys.length > MAX_KEYS ? ', …' : ''}`
  } catch {
    return ''
  }
}

function classOf(error: object): string | null {
  const madeBy = get(error, 'constructor')
  const name = typeof madeBy === 'function' ? textIn(madeBy, 'name') : null
  return name === 'Object' ? null : name
}

/** The value if it is an array, also of another realm; null for everything else, such as a revoked proxy. */
export function arrayOf(value: unknown): readonly unknown[] | null {
  try {
    return Array.isArray(value) ? value : null
  } catch {
    return null
  }
}

function textIn(object: object, key: string): string | null {
  const value = get(object, key)
  return typeof value === 'string' && value !== '' ? value : null
}

function mask(text: string): string {
  return boundedMessage(text, MAX_MESSAGE_CHARS)
}

function safeString(value: unknown): string {
  try {
    return String(value)
  } catch {
    return ''
  }
}
