/** As much of Node's request as tells. */
export interface OddRequest {
  readonly url?: string | undefined
  readonly httpVersion?: string | undefined
  readonly rawHeaders?: readonly string[] | undefined
  readonly socket?:
    | { readonly server?: { readonly maxHeadersCount?: number | null | undefined } | undefined }
    | undefined
}

/** How many headers Node reads where the server does not say otherwise; the others are left out, and nothing tells. */
const MAX_HEADERS = 1_000

/**
 * What no browser does that asks this machine, in words; null when there is nothing. Each can hide that a proxy handed the request on, or
 * which name it was asked for.
 */
export function oddityOf(request: OddRequest | undefined, httpVersion = request?.httpVersion): string | null {
  // Some proxies speak it (nginx before 1.29.7), and no browser.
  if (/^(0|1\.0)/.test(httpVersion ?? '1.1')) return `it is HTTP/${httpVersion}, as a proxy sends it`
  const { url = '/', rawHeaders = [] } = request ?? {}
  if (/^[a-z]+:/i.test(url)) return 'its target is a whole URL, as one asks a proxy'
  if (isCut(request)) return 'it has so many headers that one of a proxy may be missing'
  const hosts = rawHeaders.filter((name, index) => index % 2 === 0 && /^(:authority|host)$/i.test(name))
  return hosts.length > 1 ? 'it has more than one Host' : null
}

/** Whether headers may be missing, such as what a proxy added behind those of its client. */
export function isCut({ rawHeaders = [], socket }: OddRequest = {}): boolean {
  return rawHeaders.length / 2 >= Math.min(socket?.server?.maxHeadersCount || MAX_HEADERS, MAX_HEADERS)
}
