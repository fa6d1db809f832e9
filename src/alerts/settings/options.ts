import { MAX_RECEIVERS, MAX_RULES, RECEIVER_KINDS, RULE_ID, SEVERITIES } from '../../api/alerts.js'
import type { AlertRule, ReceiverView } from '../../api/views.js'
import { isBetween, isObject, isText } from '../../lib/options.js'
import { DEFAULT_RULES } from '../defaults.js'
import type { Receiver } from '../notification.js'
import { addressProblem } from '../receivers/addresses.js'
import { senderAddress } from '../receivers/mail-addresses.js'
import { problemIn, readRule } from '../rules.js'

/** The options, checked and complete. */
export interface AlertSettings {
  readonly rules: readonly AlertRule[]
  readonly receivers: readonly (Receiver & Pick<ReceiverView, 'severity'>)[]
  readonly smtp: { readonly url: string; readonly from: string } | null
  readonly url: string | null
  readonly allowedNetworks: readonly string[]
}

const NAMES = ['rules', 'receivers', 'smtp', 'url', 'allowedNetworks']
const RECEIVER_NAMES = ['id', 'kind', 'name', 'address', 'secret', 'severity']

/**
 * @param isNetwork whether a text is an address or a network
 * @returns the settings, or a readable error that names the option and what it takes
 */
export function readAlertsOptions(given: unknown, isNetwork: (text: string) => boolean): AlertSettings | string {
  if (!isObject(given)) return 'takes an object, or false.'
  const unknown = Object.keys(given).find((name) => !NAMES.includes(name))
  if (unknown !== undefined) return `has no "${unknown}": it has ${NAMES.join(', ')}.`
  const { rules = [], receivers = [], smtp = null, url = null, allowedNetworks = [] } = given as Record<string, unknown>
  const readRules = listOf('rules', rules, MAX_RULES - DEFAULT_RULES.length, readRule)
  if (typeof readRules === 'string') return readRules
  if (smtp !== null && !isSmtp(smtp))
    return 'smtp: takes { url, from }, a URL such as smtps://user:password@host and a mail address.'
  if (url !== null && !isPageUrl(url)) return `url: takes ${PAGE_URL}.`
  if (!isListOfNetworks(allowedNetworks, isNetwork))
    return "allowedNetworks: takes a list of addresses and networks, ['10.1.0.0/16']."
  const readReceivers = listOf('receivers', receivers, MAX_RECEIVERS, (one) => readReceiver(one, allowedNetworks))
  if (typeof readReceivers === 'string') return readReceivers
  return {
    ...{ rules: readRules, receivers: readReceivers, smtp, allowedNetworks },
    url: typeof url === 'string' ? url.replace(/\/+$/, '') : null,
  }
}

function listOf<T extends { readonly id: string }>(
  name: string,
  given: unknown,
  most: number,
  read: (one: unknown) => T | string,
): readonly T[] | string {
  if (!Array.isArray(given) || given.length > most) return `${name}: takes a list of at most ${most}.`
  const found = new Map<string, T>()
  for (const [index, one] of given.entries()) {
    const value = read(one)
    if (typeof value === 'string') return problemIn(`${name}[${index}]`, value)
    if (found.has(value.id)) return `${name}[${index}].id: "${value.id}" is there twice.`
    found.set(value.id, value)
  }
  return [...found.values()]
}

function readReceiver(
  given: unknown,
  allowedNetworks: readonly string[],
): (Receiver & Pick<ReceiverView, 'severity'>) | string {
  if (!isObject(given)) return 'takes an object with id, kind, address and secret.'
  const unknown = Object.keys(given).find((one) => !RECEIVER_NAMES.includes(one))
  if (unknown !== undefined) return `has no "${unknown}": it has ${RECEIVER_NAMES.join(', ')}.`
  const { id, kind, name = id, address = '', secret = '', severity = 'info' } = given as Record<string, unknown>
  if (typeof id !== 'string' || !RULE_ID.test(id))
    return 'id: takes lower-case letters, digits and hyphens, at most 64.'
  if (!isOneOf(RECEIVER_KINDS, kind)) return `kind: takes ${RECEIVER_KINDS.join(', ')}.`
  if (!isOneOf(SEVERITIES, severity)) return `severity: takes ${SEVERITIES.join(', ')}.`
  if (!isText(name) || !isBetween(name.length, 1, 100)) return 'name: takes a text of 1 to 100 characters.'
  if (typeof address !== 'string') return 'address: takes a text.'
  if (typeof secret !== 'string') return 'secret: takes a text.'
  const problem = addressProblem(kind, address, secret, allowedNetworks)
  return problem ?? { id, name, kind, address, secret, severity }
}

function isListOfNetworks(given: unknown, isNetwork: (text: string) => boolean): given is readonly string[] {
  return Array.isArray(given) && given.every((one) => typeof one === 'string' && isNetwork(one))
}

function isOneOf<T extends string>(values: readonly T[], value: unknown): value is T {
  return values.some((one) => one === value)
}

function isSmtp(value: unknown): value is { url: string; from: string } {
  if (!isObject(value)) return false
  const { url, from } = value as Record<string, unknown>
  return isText(url) && /^smtps?:\/\/./.test(url) && URL.canParse(url) && isText(from) && senderAddress(from) !== null
}

/** What {@link isPageUrl} takes, in words. */
export const PAGE_URL = 'the URL of the page, such as https://zenith.example.com, without a password and a query'

/** Whether it is an absolute URL of http or https that links can begin with. Receivers get it: it has no secret. */
export function isPageUrl(value: unknown): value is string {
  if (!isText(value) || !/^https?:\/\/./.test(value) || !URL.canParse(value)) return false
  const { username, password, search, hash } = new URL(value)
  return username === '' && password === '' && search === '' && hash === ''
}
