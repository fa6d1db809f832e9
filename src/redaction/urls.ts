import { DIGIT, kindOf, LETTER, URL_END } from './chars.js'
import { type Source, work } from './source.js'
import type { Span } from './spans.js'

/** URLs with a secret path: anyone who knows one may post to it. */
const HOOKS = [
  'hooks.slack.com/services/',
  'hooks.slack.com/workflows/',
  'hooks.slack.com/triggers/',
  'discord.com/api/webhooks/',
  'discord.com/api/v9/webhooks/',
  'discord.com/api/v10/webhooks/',
  'discordapp.com/api/webhooks/',
  '.webhook.office.com/webhookb2/',
  'outlook.office.com/webhook/',
]

const HOOK_WORDS = ['hooks.slack', 'webhook']

/** The credentials of a URL whose scheme ends with a colon at a position; null without a URL or credentials. */
export function credentialsAt(source: Source, colon: number): Span | null {
  const slashes = source.has('//', colon + 1) ? 2 : source.has('\\/\\/', colon + 1) ? 4 : 0
  return slashes === 0 ? null : credentialsOf(source, colon + 1 + slashes, schemeBefore(source, colon))
}

function schemeBefore(source: Source, colon: number): string {
  let from = colon
  while (from > Math.max(0, colon - 8) && (kindOf(source.code(from - 1)) & LETTER) !== 0) from -= 1
  return source.text.slice(from, colon)
}

function credentialsOf(source: Source, at: number, scheme: string): Span | null {
  const end = source.runUntil(URL_END, at)
  const hook = hookAt(source, at, end)
  if (hook) return hook
  const first = firstOf(source, at, end)
  if (first < 0) return null
  const sign = source.code(first)
  if (sign === 47) return null
  if (sign === 64) return { from: at, to: first }
  if (isPort(source, first, scheme)) return null
  const last = lastAtIn(source, first, end)
  return last < 0 ? null : { from: at, to: last }
}

/** The first `/`, `:` or `@`. */
function firstOf(source: Source, from: number, end: number): number {
  for (let at = from; at < end; at++) {
    const code = source.code(at)
    if (code === 47 || code === 58 || code === 64 || code === 63 || code === 35) {
      work.steps += at - from
      return code === 63 || code === 35 ? -1 : at
    }
  }
  return -1
}

/** An unencoded password may contain `/` or `@`, so the last `@` of the word counts. */
function lastAtIn(source: Source, from: number, end: number): number {
  const at = source.lastAt(from, end)
  return at > from ? at : -1
}

/** `http://localhost:4873/@scope`: a port, not a password. */
function isPort(source: Source, colon: number, scheme: string): boolean {
  let at = colon + 1
  while (at < colon + 6 && (kindOf(source.code(at)) & DIGIT) !== 0) at += 1
  return at > colon + 1 && (source.code(at) === 47 || source.code(at) === 63) && /^(?:https?|wss?)$/i.test(scheme)
}

/** The secret part of such a URL without its scheme. */
export function bareHookAt(source: Source, at: number): Span | null {
  return source.has('hooks.slack.com/', at) ? hookAt(source, at, source.runUntil(URL_END, at)) : null
}

function hookAt(source: Source, at: number, end: number): Span | null {
  const near = HOOK_WORDS.some((word) => {
    const found = source.find(word, at)
    return found >= 0 && found < at + 60
  })
  if (!near) return null
  for (const hook of HOOKS) {
    const found = source.text.slice(at, at + 80).indexOf(hook)
    if (found >= 0) return { from: at + found + hook.length, to: end }
  }
  return null
}

/** The same for a percent-encoded URL. @param sign position of `%3A` */
export function encodedCredentialsAt(source: Source, sign: number): Span | null {
  const at = sign + 9
  if (source.text.slice(sign + 3, at).toUpperCase() !== '%2F%2F') return null
  const end = source.runUntil(URL_END, at)
  const limit = Math.min(orEnd(source.find('&', at), end), end)
  const first = orEnd(source.find('%40', at), limit)
  const slash = orEnd(source.find('%2F', at), limit)
  const colon = Math.min(orEnd(source.find('%3A', at), limit), orEnd(source.find(':', at), limit))
  if (first >= limit || (slash < first && slash < colon)) return null
  return { from: at, to: source.lastEncodedAt(first, limit) }
}

function orEnd(at: number, end: number): number {
  return at < 0 ? end : at
}
