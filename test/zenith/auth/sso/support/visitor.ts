import { type Answer, ask } from '../../../support/http.js'

interface Cookie {
  readonly name: string
  readonly value: string
  readonly path: string
  readonly isStrict: boolean
}

export interface Visit extends Answer {
  /** Where the redirects led to. */
  readonly url: string
  /** All URLs that were requested. */
  readonly hops: readonly string[]
}

const MAX_HOPS = 20

/**
 * A browser as far as a log-in needs one: it follows redirects and pages that lead on, sends cookies by name and folder, and no strict one
 * after another site was part of the navigation.
 */
export class Visitor {
  readonly #cookies = new Map<string, Cookie>()

  /** @param stopAt the request to a URL that matches it is not sent */
  async go(url: string, { stopAt }: { readonly stopAt?: RegExp } = {}): Promise<Visit> {
    const hops: string[] = []
    let [at, from] = [url, new URL(url).hostname]
    for (;;) {
      if (stopAt?.test(at))
        return { status: 0, headers: {}, body: Buffer.of(), text: '', json: () => null, url: at, hops }
      if (hops.push(at) > MAX_HOPS) throw new Error(`No end: ${hops.join(' ')}`)
      const isForeign = new URL(at).hostname !== from
      const answer = await this.ask(at, { isForeign })
      const { location } = answer.headers
      const next = location ?? leadsTo(answer.text)
      if (next === null) return { ...answer, url: at, hops }
      // A page begins a navigation of its own; a redirect belongs to the one before.
      const target = new URL(next, at)
      from =
        location === undefined ? new URL(at).hostname : new URL(at).hostname === target.hostname ? from : 'elsewhere'
      at = target.href
    }
  }

  async ask(
    url: string,
    {
      isForeign = false,
      form,
      accept = 'text/html',
    }: { isForeign?: boolean; form?: Record<string, string>; accept?: string } = {},
  ): Promise<Answer> {
    const cookie = this.#header(url, isForeign)
    const site = isForeign ? 'cross-site' : 'same-origin'
    const headers = { accept, 'sec-fetch-site': site, 'sec-fetch-mode': 'navigate', ...(cookie && { cookie }) }
    const answer = await ask(url, {
      method: form ? 'POST' : 'GET',
      headers: { ...headers, ...(form && { 'content-type': 'application/x-www-form-urlencoded' }) },
      ...(form && { body: new URLSearchParams(form).toString() }),
    })
    for (const line of answer.headers['set-cookie'] ?? []) this.#store(url, line)
    return answer
  }

  /** `name=value` of the cookies that a request would have. */
  cookie(url: string, name: string): string | undefined {
    return this.#header(url, false)
      .split('; ')
      .find((one) => one.startsWith(`${name}=`))
      ?.slice(name.length + 1)
  }

  /** Puts a cookie in, as if this browser had got it. */
  plant(url: string, name: string, value: string): void {
    this.#store(url, `${name}=${value}`)
  }

  #header(url: string, isForeign: boolean): string {
    const { hostname, pathname } = new URL(url)
    return [...this.#cookies]
      .filter(([key, { path, isStrict }]) => {
        const isInside = path === '/' || pathname === path || pathname.startsWith(`${path}/`)
        return key.startsWith(`${hostname} `) && isInside && !(isForeign && isStrict)
      })
      .map(([, { name, value }]) => `${name}=${value}`)
      .join('; ')
  }

  #store(url: string, line: string): void {
    const { hostname, pathname } = new URL(url)
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
    const path = /;\s*path=([^;]+)/i.exec(line)?.[1] ?? (pathname.replace(/\/[^/]*$/, '') || '/')
    const key = `${hostname} ${path} ${name}`
    if (value === '' || /max-age=0(;|$)|expires=Thu, 01 Jan 1970/i.test(line)) this.#cookies.delete(key)
    else this.#cookies.set(key, { name, value, path, isStrict: /samesite=strict/i.test(line) })
  }
}

/** Where a page leads on its own; null: nowhere. */
function leadsTo(html: string): string | null {
  const url = /<meta http-equiv="refresh" content="0; url=([^"]*)"/.exec(html)?.[1]
  return url?.replaceAll('&amp;', '&') ?? null
}
