const MAX_BYTES = 8 * 1024
const TYPE = 'application/x-www-form-urlencoded'

/** The fields of a form; null when the body is none, or too long for one. */
export async function readForm(request: Request): Promise<URLSearchParams | null> {
  const type = request.headers.get('content-type')?.split(';', 1)[0]?.trim().toLowerCase()
  if (type !== TYPE || !request.body) return null
  const text = await readShort(request.body)
  return text === null ? null : new URLSearchParams(text)
}

async function readShort(body: AsyncIterable<Uint8Array>): Promise<string | null> {
  const parts: Uint8Array[] = []
  let size = 0
  try {
    for await (const part of body) {
      size += part.byteLength
      if (size > MAX_BYTES) return null
      parts.push(part)
    }
  } catch {
    // The client went away in the middle of it.
    return null
  }
  return Buffer.concat(parts).toString('utf8')
}

/**
 * Where to go after the log-in: a path and a query below the mount, relative to it, such as `./?service=shop`. Whatever
 * would lead elsewhere leads to the page itself.
 */
export function safeNext(next: string | null): string {
  const mount = 'http://zenith.invalid/m/'
  if (next === null || next.length > 1_000 || !URL.canParse(`./${next}`, mount)) return './'
  const { origin, pathname, search } = new URL(`./${next}`, mount)
  const isInside = origin === 'http://zenith.invalid' && pathname.startsWith('/m/')
  const path = pathname.slice('/m/'.length)
  return isInside && !/^(login|logout)$/.test(path) ? `./${path}${search}` : './'
}
