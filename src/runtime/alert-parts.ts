import { createSender } from '../alerts/receivers/sender.js'
import type { AlertsOptions } from '../alerts/settings/alerts-options.js'
import { type AlertSettings, isPageUrl, PAGE_URL, readAlertsOptions } from '../alerts/settings/options.js'
import { isNetwork } from '../core/options/networks.js'
import { SDK_VERSION } from '../core/report/version.js'
import { QuasarError } from '../lib/errors.js'
import { untraced } from '../tracing/untraced.js'

/**
 * What alerts are made of.
 *
 * @returns null: they are switched off
 * @throws QuasarError `invalid_option`
 */
export function alertPartsOf({ alerts }: { readonly alerts?: AlertsOptions | false }, env: NodeJS.ProcessEnv) {
  if (alerts === false) return null
  const given = settingsOf(alerts ?? {})
  const settings = { ...given, url: given.url ?? pageUrlFrom(env) }
  const { allowedNetworks, smtp } = settings
  return { settings, sender: createSender({ allowedNetworks, smtp, version: SDK_VERSION, untraced }) }
}

function settingsOf(given: AlertsOptions): AlertSettings {
  const settings = readAlertsOptions(given, isNetwork)
  if (typeof settings !== 'string') return settings
  throw new QuasarError('invalid_option', `Quasar: option "alerts" ${settings}`)
}

function pageUrlFrom({ QUASAR_URL: url }: NodeJS.ProcessEnv): string | null {
  if (!url) return null
  if (isPageUrl(url)) return url.replace(/\/+$/, '')
  throw new QuasarError('invalid_option', `Quasar: QUASAR_URL takes ${PAGE_URL}.`)
}
