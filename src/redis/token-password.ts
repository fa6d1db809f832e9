/**
 * The same way to Redis with a token as the password, where it names a user and no password. Clients that were passed in and
 * all other ways stay as they are.
 */
export function withTokenPassword<T extends string | object | false>(source: T, token: string | undefined): T {
  if (token === undefined || source === false) return source
  if (typeof source === 'string') return urlWithPassword(source, token) as T
  if (Object.getPrototypeOf(source) !== Object.prototype) return source
  const { username, password } = source as { username?: unknown; password?: unknown }
  return username && !password ? ({ ...(source as object), password: token } as T) : source
}

function urlWithPassword(source: string, token: string): string {
  if (!/^rediss?:\/\//.test(source) || !URL.canParse(source)) return source
  const url = new URL(source)
  // ioredis takes them from the query, too.
  if (!url.username || url.password || url.searchParams.has('password')) return source
  url.password = encodeURIComponent(token)
  return url.href
}
