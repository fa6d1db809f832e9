/**
 * Whether a form was sent by a page of this very origin. Browsers say so by `Sec-Fetch-Site`, where they trust the
 * connection (https, localhost), else by `Origin`, which has to name the host that was asked. A proxy may have changed
 * `Host` and then tells the old one by `X-Forwarded-Host`: another site's page can set none of these.
 */
export function isSameOrigin(request: Request): boolean {
  const site = request.headers.get('sec-fetch-site')
  if (site !== null) return site === 'same-origin'
  const origin = request.headers.get('origin') ?? ''
  if (!URL.canParse(origin)) return false
  const { host, hostname } = new URL(origin)
  const forwarded = request.headers.get('x-forwarded-host')?.split(',', 1)[0]?.trim()
  // A proxy may leave the port out (nginx's `$host`): then the form's own token has to tell two ports apart.
  return [request.headers.get('host'), forwarded].some((asked) => asked === host || asked === hostname)
}

/** Whether a request says that another site's page sent it. A program says nothing of the kind. */
export function isForeign(request: Request): boolean {
  const { headers } = request
  const saysWhere = headers.get('sec-fetch-site') !== null || headers.get('origin') !== null
  return saysWhere && !isSameOrigin(request)
}
