import { readFileSync } from 'node:fs'
import { senderAddress } from '../../alerts/receivers/mail-addresses.js'
import type { AlertsOptions } from '../../alerts/settings/alerts-options.js'
import { isPageUrl, PAGE_URL, readAlertsOptions } from '../../alerts/settings/options.js'
import { isNetwork } from '../../core/options/networks.js'
import { codeOf } from './bounded-file.js'
import { list, type OptionSpec, type Parsed } from './options.js'
import { readVariable } from './variables.js'

/** A text of a configuration file that stands for a variable: `$SLACK_URL`. */
const VARIABLE = /^\$([A-Z_][A-Z0-9_]*)$/

/** @returns null for `none` @throws a message with the accepted values */
function alertsFile(path: string): string | null {
  if (path === 'none') return null
  try {
    readFileSync(path)
    return path
  } catch (error) {
    throw new Error(`a JSON file with rules and receivers, or none; it can't be read (${codeOf(error)})`)
  }
}

/** @throws a message with the accepted values */
function pageUrl(url: string): string {
  if (isPageUrl(url)) return url
  throw new Error(PAGE_URL)
}

function smtpUrl(url: string): string {
  if (/^smtps?:\/\/./.test(url) && URL.canParse(url)) return url
  throw new Error('a URL such as smtps://user:password@mail.example.com')
}

/** @throws a message with the accepted values */
function senderOf(text: string): string {
  if (senderAddress(text)) return text
  throw new Error('a mail address, such as Zenith <alerts@example.com>')
}

export const ALERT_OPTIONS = {
  alerts: {
    value: 'FILE',
    env: 'QUASAR_ALERTS',
    help: 'JSON file with rules and receivers of alerts, or none: no alerts',
    read: alertsFile,
  },
  url: {
    value: 'URL',
    env: 'QUASAR_URL',
    help: 'where people reach the page, for links in messages and for single sign-on',
    read: pageUrl,
  },
  smtp: {
    value: 'URL',
    env: 'QUASAR_SMTP_URL',
    help: 'server that e-mail is sent through, smtps://user:password@host; needs the package nodemailer',
    read: smtpUrl,
  },
  'smtp-from': {
    value: 'ADDRESS',
    env: 'QUASAR_SMTP_FROM',
    help: 'sender of e-mail, zenith@example.com',
    read: senderOf,
  },
  'alert-networks': {
    value: 'LIST',
    env: 'QUASAR_ALERT_NETWORKS',
    isRepeatable: true,
    help: 'private networks that receivers may be in, 10.1.0.0/16',
    read: list(isNetwork, 'addresses and networks, comma-separated: 10.1.0.0/16'),
  },
} as const satisfies Record<string, OptionSpec<unknown>>

type Values = Parsed<typeof ALERT_OPTIONS>['values']

/** @returns false: they are switched off. @throws an error that names the option or the file, and what it takes */
export function alertsOf(values: Values, env: NodeJS.ProcessEnv): AlertsOptions | false {
  if (values.alerts === null) return false
  const { url, smtp, 'smtp-from': from, 'alert-networks': networks } = values
  if ((smtp === undefined) !== (from === undefined)) throw new Error('--smtp and --smtp-from need each other.')
  const options = {
    ...(values.alerts === undefined ? {} : fileOf(values.alerts, env)),
    ...(url === undefined ? {} : { url }),
    ...(smtp === undefined || from === undefined ? {} : { smtp: { url: smtp, from } }),
    ...(networks === undefined ? {} : { allowedNetworks: networks }),
  }
  const settings = readAlertsOptions(options, isNetwork)
  if (typeof settings === 'string') throw new Error(`${values.alerts ?? 'the options of alerts'}: ${settings}`)
  return options
}

function fileOf(path: string, env: NodeJS.ProcessEnv): AlertsOptions {
  let content: unknown
  try {
    content = JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    throw new Error(`${path} is no JSON: ${reasonOf(error)}.`)
  }
  return withVariables(content, path, env) as AlertsOptions
}

/** Without the piece of the file that the parser quotes: it may be a part of an address or a secret. */
function reasonOf(error: unknown): string {
  const [reason = ''] = error instanceof Error ? error.message.split('"') : []
  return reason.replace(/[,.\s]+$/, '') || 'it ends too early, or has a wrong character'
}

/** Secrets stay out of the file. */
function withVariables(value: unknown, path: string, env: NodeJS.ProcessEnv): unknown {
  if (typeof value === 'string') {
    const name = VARIABLE.exec(value)?.[1]
    if (name === undefined) return value
    const variable = readVariable(env, name)
    if (!variable) throw new Error(`${path}: the variable ${name} is not set.`)
    return variable.text
  }
  if (Array.isArray(value)) return value.map((one) => withVariables(one, path, env))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, withVariables(one, path, env)]))
}
