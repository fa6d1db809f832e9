/**
 * Whether a form was sent by a page of this origin. Browsers send `Sec-Fetch-Site` on trustworthy connections (https, localhost); otherwise
 * `Origin` must have the requested host. A proxy may change `Host` and send the original in `X-Forwarded-Host`; another site's page can set
 * none of these headers.
 */
export function isSameOrigin(request: Request): boolean {
  const site = request.headers.get('sec-fetch-site')
  if (site !== null) return site === 'same-origin'
  const origin = request.headers.get('origin') ?? ''
  if (!URL.canParse(origin)) return false
  const { host, hostname } = new URL(origin)
  const forwarded = request.headers.get('x-forwarded-host')?.split(',', 1)[0]?.trim()
  // A proxy may omit the port (nginx's `$host`): then only the form's own token distinguishes two ports.
  return [request.headers.get('host'), forwarded].some((asked) => asked === host || asked === hostname)
}

/** Whether a request's headers show that another site's page sent it. Other programs do not send them. */
export function isForeign(request: Request): boolean {
  const { headers } = request
  const saysWhere = headers.get('sec-fetch-site') !== null || headers.get('origin') !== null
  return saysWhere && !isSameOrigin(request)
}
