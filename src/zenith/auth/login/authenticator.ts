import type { Debts } from '../../../ports/index.js'
import { serveAsset } from '../../assets/index.js'
import type { Authenticator } from '../../http/principal.js'
import { bare, unauthorized, wantsHtml } from '../../http/responses.js'
import type { SigningSecret } from '../../http/signing-secret.js'
import type { Guessing } from '../guesses/limit.js'
import { Forms } from './forms.js'
import { Login, type OnLogin } from './login.js'
import type { LoginOptions } from './options.js'
import { toLogin } from './redirect.js'
import { Sessions } from './sessions.js'
import type { Credentials } from './signer.js'
import { Signer } from './signer.js'

/** Allows requests with a session. Without one, only the pages to log in and to log out are served. */
export function loginAuthenticator(
  options: LoginOptions,
  {
    signing,
    debts,
    limit,
    addressOf,
    onLogin,
  }: Guessing & { readonly signing: SigningSecret; readonly debts: Debts; readonly onLogin?: OnLogin },
): Authenticator {
  const signer = new Signer(signing)
  const accounts = new Sessions(options, signer, debts)
  const forms = new Forms(signer, options.secureCookies)
  return behindLogin(new Login({ accounts, signer, forms, limit, addressOf, ...(onLogin && { onLogin }) }))
}

export function behindLogin<User extends Credentials>(login: Login<User>): Authenticator {
  return async (request, origin, path) => {
    if (path === '/login.css') return login.style(request)
    if (path === '/favicon.svg') return (await serveAsset('favicon.svg', request)) ?? bare(404)
    if (path === '/login') return login.login(request, origin)
    if (path === '/logout') return login.logout(request, origin)
    const principal = await login.principalOf(request)
    if (principal) return principal
    return isPage(request, path) ? toLogin(request, origin, path) : unauthorized('Session realm="Zenith"')
  }
}

function isPage(request: Request, path: string): boolean {
  const isRead = request.method === 'GET' || request.method === 'HEAD'
  return isRead && wantsHtml(request) && path !== '/api' && !path.startsWith('/api/')
}
