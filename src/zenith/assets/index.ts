import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { Handler, RequestContext } from '../http/request-context.js'
import { bare } from '../http/responses.js'

const compress = promisify(gzip)
/** Smaller files do not benefit from compression, bytes. */
const MIN_COMPRESSED = 1_024

/** Loaded when the page is first requested: 2 MB that most processes never need. */
const loadAssets = async () => (await import('./generated.js')).assets

type Asset = Awaited<ReturnType<typeof loadAssets>>[string]

interface Prepared {
  readonly type: string
  readonly etag: string
  readonly cacheControl: string
  readonly plain: Buffer
  readonly compressed: Buffer | null
}

/** Each is prepared once, at its first request. */
const prepared = new Map<string, Promise<Prepared>>()

/** A file of the page; null if there is none with this name. @param name `index.html`, `assets/app-1a2b3c.js` */
export async function serveAsset(name: string, request: Request): Promise<Response | null> {
  const assets = await loadAssets()
  if (!Object.hasOwn(assets, name)) return null
  const known = prepared.get(name) ?? prepare(name, assets[name] as Asset)
  prepared.set(name, known)
  const asset = await known
  const headers = { etag: asset.etag, 'cache-control': asset.cacheControl, vary: 'accept-encoding' }
  if (isUnchanged(request, asset.etag)) return new Response(null, { status: 304, headers })
  const isCompressed = asset.compressed !== null && takesGzip(request)
  const body = isCompressed ? (asset.compressed as Buffer) : asset.plain
  return new Response(new Uint8Array(body), {
    headers: {
      ...headers,
      'content-type': asset.type,
      'content-length': String(body.byteLength),
      ...(isCompressed ? { 'content-encoding': 'gzip' } : {}),
    },
  })
}

/** A file of the page; null if there is none with this name. */
export function asset({ request, path }: RequestContext): Promise<Response | null> {
  return serveAsset(path.slice(1), request)
}

/**
 * The page. Its links are relative, so its URL must end with a slash. The redirect to it is relative as well: correct under any mount and
 * behind any proxy, whatever the path was before.
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

async function prepare(name: string, asset: Asset): Promise<Prepared> {
  const plain = Buffer.from(asset.body, asset.encoding)
  const compressed =
    isText(asset.type) && plain.byteLength >= MIN_COMPRESSED ? await compress(plain, { level: 9 }) : null
  return {
    type: isText(asset.type) && !asset.type.includes('charset') ? `${asset.type}; charset=utf-8` : asset.type,
    etag: `W/"${createHash('sha256').update(plain).digest('base64url').slice(0, 22)}"`,
    cacheControl: isHashed(name) ? 'private, max-age=31536000, immutable' : 'private, no-cache',
    plain,
    compressed,
  }
}

/** Vite appends a hash of eight characters to the names under `assets/`. */
function isHashed(name: string): boolean {
  return /^assets\/.+-[\w-]{8,}\.\w+$/.test(name)
}

function isText(type: string): boolean {
  return /^text\/|json|javascript|svg|xml/.test(type)
}

function isUnchanged(request: Request, etag: string): boolean {
  const known = request.headers.get('if-none-match')?.split(',') ?? []
  return known.some((one) => one.trim().replace(/^W\//, '') === etag.replace(/^W\//, ''))
}

function takesGzip(request: Request): boolean {
  const accepted = request.headers.get('accept-encoding')?.split(',') ?? []
  return accepted.some((one) => /^\s*gzip\s*(;\s*q=(?!0(\.0*)?\s*$).*)?$/i.test(one))
}
