import type { FastifyInstance } from 'fastify'
import type { PathContext } from '../../core/http/request-trace.js'

/** Fastify 5 has them under `routerOptions`, too. */
interface RouterOptions {
  readonly caseSensitive?: boolean
  readonly ignoreTrailingSlash?: boolean
  readonly ignoreDuplicateSlashes?: boolean
}

/** Which spellings of a path Fastify's router takes for the same; null where it takes none. */
export function pathsOf({ initialConfig }: FastifyInstance): PathContext | null {
  const { routerOptions } = initialConfig as { routerOptions?: RouterOptions }
  const options: RouterOptions = { ...(initialConfig as RouterOptions), ...routerOptions }
  const { caseSensitive = true, ignoreTrailingSlash = false, ignoreDuplicateSlashes = false } = options
  if (caseSensitive && !ignoreTrailingSlash && !ignoreDuplicateSlashes) return null
  const plain = (path: string) => {
    const single = ignoreDuplicateSlashes ? path.replace(/\/{2,}/g, '/') : path
    return ignoreTrailingSlash ? single.replace(/(?<=.)\/$/, '') : single
  }
  const folded = (path: string) => (caseSensitive ? plain(path) : plain(path).toLowerCase())
  return { plain, covers: (other, path) => folded(other) === folded(path) }
}
