import { isIP } from 'node:net'
import type { Origin } from './context.js'
import { isForeign } from './same-origin.js'

/** Whether an address is a loopback address: 127.0.0.0/8, ::1, and both as IPv4-mapped IPv6. */
export function isLoopback(address: string | null): boolean {
  if (address === null || isIP(address) === 0) return false
  const plain = address.toLowerCase().replace(/^::ffff:(?=\d+\.)/, '')
  return plain === '::1' || (isIP(plain) === 4 && plain.startsWith('127.'))
}

/**
 * Headers that proxies, tunnels, gateways and CDNs add to a request, whatever their values. They are matched by parts of their names,
 * because no list could be complete. No browser sends any, and no other program except a proxy.
 */
const OF_A_PROXY: readonly RegExp[] = [
  /forward|prox(y|ied)|xff/,
  /(^|-)(via|cdn|front-end|surrogate|early-data|queue-start|request-start|connect-time|coming-from)(-|$)/,
  // Of the client, or of the requested name: x-real-ip, x-client-ip, do-connecting-ip, x-original-url, ssl-client-verify.
  /(^|-)(client|cluster|connect(ing|ion)|original|originating|peer|real|remote|rewrite|socket|source|src|true|user|viewer)-?(addr|address|cert|city|country|dn|host|ip|port|proto|scheme|uri|url|user|verify)(-|$)/,
  /^x-(accel|arr|auth-request|authentik|consumer|country|edge|gateway|geo|geoip|ha|host|http-host-override|lb|pomerium|scheme|sendfile|ssl|tunnel|url-scheme|varnish|webauth)(-|$)/,
  /^x-(amz-cf|amzn|cloud-trace|goog-(authenticated|iap)|ms-client-principal)(-|$)/,
  /^(x-)?(akamai|apigee|appengine|azure|bluecoat|cf|cloudbric|cloudfront|envoy|fastly|fly|haproxy|heroku|incap|istio|kong|l5d|linkerd|netlify|nf|nginx|ngrok|now|railway|render|rndr|sucuri|tailscale|traefik|vercel|zeit)-/,
]

function isOfAProxy(name: string): boolean {
  const plain = name.replaceAll('_', '-')
  return OF_A_PROXY.some((pattern) => pattern.test(plain))
}

/**
 * Why a request does not count as sent by this machine to itself, as a message; null if it does. The socket's remote address must be
 * loopback, and so must the requested name: a foreign page could get in through another name that resolves to 127.0.0.1. The value of a
 * proxy's header is never trusted: its presence is enough.
 */
export function whyNotLocal(request: Request, { peer, oddity }: Origin): string | null {
  if (!isLoopback(peer)) return 'it came from another machine'
  const header = [...request.headers.keys()].find(isOfAProxy)
  if (header !== undefined) return `its header ${header} says that a proxy handed it on`
  if (oddity !== null) return oddity
  // HTTP/2 has no Host; a request for an absolute URL may have another name there than in Host.
  const { host } = new URL(request.url)
  const isLocal = isLocalHost(host) && isLocalHost(request.headers.get('host') ?? host)
  if (!isLocal) return 'its Host is not a name of this machine (localhost, 127.0.0.1, [::1])'
  return isOfAnotherPage(request) ? 'a page of another site, or of another port, sent it' : null
}

/**
 * If the app allows all origins to read its responses (CORS), any site open in the browser could. Following a link is allowed, and so is a
 * request that no page sends (`none`).
 */
function isOfAnotherPage(request: Request): boolean {
  const { headers } = request
  return isForeign(request) && headers.get('sec-fetch-mode') !== 'navigate' && headers.get('sec-fetch-site') !== 'none'
}

export function isLocalHost(host: string): boolean {
  const name = host.toLowerCase().replace(/:\d+$/, '')
  if (name === 'localhost' || name.endsWith('.localhost')) return true
  return isLoopback(name.replace(/^\[(.*)\]$/, '$1'))
}
