import { isIP } from 'node:net'
import type { ReceiverKind } from '../../api/alerts.js'
import { mailAddresses } from './mail-addresses.js'
import { type Networks, networksOf } from './networks.js'
import { PAGERDUTY_URL } from './pagerduty.js'
import { addressProblemOf, hostOf, mayConnect } from './resolve.js'

const NAMES: Readonly<Record<ReceiverKind, string>> = {
  slack: 'Slack',
  discord: 'Discord',
  teams: 'Teams',
  webhook: 'a webhook',
  email: 'e-mail',
  pagerduty: 'PagerDuty',
  heartbeat: 'a heartbeat',
}

const EXAMPLES: Readonly<Record<Exclude<ReceiverKind, 'email'>, string>> = {
  slack: 'https://hooks.slack.com/services/…',
  discord: 'https://discord.com/api/webhooks/…',
  teams: 'https://….logic.azure.com/workflows/…',
  webhook: 'https://example.com/alerts',
  pagerduty: PAGERDUTY_URL,
  heartbeat: 'https://hc-ping.com/…',
}

const ROUTING_KEY = /^[\da-z]{32}$/i
const MIN_SECRET = 16

/** Where messages go, for the page: the host of a URL, whose path is a secret, or the mail addresses. Empty if there is none. */
export function placeOf(kind: ReceiverKind, address: string): string {
  if (kind === 'email') return mailAddresses(address)?.join(', ') ?? ''
  const url = kind === 'pagerduty' && address === '' ? PAGERDUTY_URL : address
  return URL.canParse(url) ? new URL(url).host : ''
}

/**
 * What is wrong with the address or the secret of a receiver, as a sentence that shows neither; null if both can be used. A name that leads
 * into a private network shows when it is asked.
 *
 * @param allowedNetworks as for `createSender`: `http://` and private addresses are for these only
 */
export function addressProblem(
  kind: ReceiverKind,
  address: string,
  secret: string,
  allowedNetworks: readonly string[] = [],
): string | null {
  if (kind === 'email') {
    return mailAddresses(address)
      ? null
      : 'The address for e-mail takes 1 to 50 mail addresses, separated by commas, such as ops@example.com.'
  }
  const isDefault = kind === 'pagerduty' && address === ''
  return (
    (isDefault ? null : urlProblem(kind, address, networksOf(allowedNetworks))) ?? secretProblem(kind, address, secret)
  )
}

function urlProblem(kind: Exclude<ReceiverKind, 'email'>, address: string, networks: Networks): string | null {
  const takes = `The address for ${NAMES[kind]} takes a URL that begins with https://, such as ${EXAMPLES[kind]}`
  const isPlain = address.startsWith('http://') && networks.allowsAny
  // A URL's parser drops spaces and line ends, so that what is stored would not be what is asked.
  if (/[\s\p{Cc}]/u.test(address) || !URL.canParse(address)) return `${takes}.`
  if (!address.startsWith('https://') && !isPlain) {
    return address.startsWith('http://')
      ? `${takes}; http:// is for addresses that alerts.allowedNetworks allows.`
      : `${takes}.`
  }
  const url = new URL(address)
  if (url.username !== '' || url.password !== '') return `${takes}, without a user name and a password.`
  return literalProblem(url, networks)
}

function literalProblem(url: URL, networks: Networks): string | null {
  const host = hostOf(url)
  if (isIP(host) === 0 || mayConnect(url.protocol, host, networks)) return null
  return addressProblemOf(host, host, networks)
}

function secretProblem(kind: ReceiverKind, address: string, secret: string): string | null {
  if (/[\p{Cc}]/u.test(secret))
    return `The secret for ${NAMES[kind]} takes a text without line ends and control characters.`
  if (kind === 'pagerduty') return routingKeyProblem(address, secret)
  if (kind !== 'webhook' || secret === '' || secret.length >= MIN_SECRET) return null
  return `The secret for a webhook takes at least ${MIN_SECRET} characters; without one, messages are not signed.`
}

/** Others that speak the Events API have keys of their own form. */
function routingKeyProblem(address: string, secret: string): string | null {
  const isTheirs = address === '' || /(^|\.)pagerduty\.com$/.test(new URL(address).hostname)
  if (!isTheirs) return secret === '' ? 'The secret for PagerDuty takes the routing key of an integration.' : null
  return ROUTING_KEY.test(secret) ? null : 'The secret for PagerDuty takes a routing key of 32 letters and digits.'
}
