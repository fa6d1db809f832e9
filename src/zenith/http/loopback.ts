import { isIP } from 'node:net'
import type { Origin } from './context.js'
import { isForeign } from './same-origin.js'

/** Whether an address is this machine's own: 127.0.0.0/8, ::1, and both written as IPv4 in IPv6. */
export function isLoopback(address: string | null): boolean {
  if (address === null || isIP(address) === 0) return false
  const plain = address.toLowerCase().replace(/^::ffff:(?=\d+\.)/, '')
  return plain === '::1' || (isIP(plain) === 4 && plain.startsWith('127.'))
}

/**
 * What proxies, tunnels, gateways and CDNs add to a request, whatever its value is: by the words that their names are made of, because nobody
 * can list them all. No browser, and no program that is not a proxy, sends any.
 */
const OF_A_PROXY: readonly RegExp[] = [
  /forward|prox(y|ied)|xff/,
  /(^|-)(via|cdn|front-end|surrogate|early-data|queue-start|request-start|connect-time|coming-from)(-|$)/,
  // Of the client, or of what it asked for: x-real-ip, x-client-ip, do-connecting-ip, x-original-url, ssl-client-verify.
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
 * Why a request does not count as sent by this machine to this machine, in words; null when it does. The socket's other end has to be
 * loopback, and so has the name that was asked for: another name that resolves to 127.0.0.1 is how a foreign page would get in. A
 * header of a proxy is never believed, whatever it says: that it is there is enough.
 */
export function whyNotLocal(request: Request, { peer, oddity }: Origin): string | null {
  if (!isLoopback(peer)) return 'it came from another machine'
  const header = [...request.headers.keys()].find(isOfAProxy)
  if (header !== undefined) return `its header ${header} says that a proxy handed it on`
  if (oddity !== null) return oddity
  // HTTP/2 has no Host; where a server was asked for a whole URL, that says another name than Host may.
  const { host } = new URL(request.url)
  const isLocal = isLocalHost(host) && isLocalHost(request.headers.get('host') ?? host)
  if (!isLocal) return 'its Host is not a name of this machine (localhost, 127.0.0.1, [::1])'
  return isOfAnotherPage(request) ? 'a page of another site, or of another port, sent it' : null
}

/**
 * Where the app lets every page read its answers (CORS), any site that is open in the browser could. To follow a link from there to here is
 * something else, and so is what no page sends (`none`).
 */
function isOfAnotherPage(request: Request): boolean {
  const { headers } = request
  return isForeign(request) && headers.get('sec-fetch-mode') !== 'navigate' && headers.get('sec-fetch-site') !== 'none'
}

function isLocalHost(host: string): boolean {
  const name = host.toLowerCase().replace(/:\d+$/, '')
  if (name === 'localhost' || name.endsWith('.localhost')) return true
  return isLoopback(name.replace(/^\[(.*)\]$/, '$1'))
}
