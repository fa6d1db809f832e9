import type * as OpenidClient from 'openid-client'
import { missingPackage } from '../../../lib/errors.js'
import { SsoError } from './provider.js'

export type Oidc = typeof OpenidClient

/** Loads the optional peer `openid-client`. Rejects with what to install. */
export async function loadOpenidClient(): Promise<Oidc> {
  try {
    return await import('openid-client')
  } catch (error) {
    const { message } = missingPackage('Single sign-on', 'openid-client', error)
    throw new SsoError('setup', message, message)
  }
}
