import type { Handler } from '../http/asked.js'
import { bare } from '../http/responses.js'
import { serveAsset } from './index.js'

/**
 * The page. Its links are relative, so it has to be asked for with a slash at the end. The way there is relative as well:
 * it is right under any mount, and behind any proxy, whatever the path was before it came here.
 */
export const index: Handler = async ({ request, url, origin }) => {
  const last = /[^/]+$/.exec(origin.path ?? '/')?.[0]
  const isFile = last === 'index.html'
  if (last !== undefined && !isFile) return redirect(`./${last}/${url.search}`)
  return (await serveAsset('index.html', request)) ?? bare(404)
}

function redirect(location: string): Response {
  return new Response(null, { status: 302, headers: { location } })
}
