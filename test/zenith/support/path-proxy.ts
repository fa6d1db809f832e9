import { createServer, request as open } from 'node:http'
import { posix } from 'node:path'
import { listen, type TestServer } from './serve.js'

/** How a proxy rewrites the path and query that were asked for. */
export type Rewrite = (target: string) => string

/** Decodes the path once, merges slashes, resolves dots, and encodes what a URL can't hold; the query goes through. */
export function normalised(target: string): string {
  const [path = '', ...query] = target.split('?')
  return [encodeURI(posix.normalize(decodeURIComponent(path))), ...query].join('?')
}

/** Decodes all of it, the query too, and encodes what a URL can't hold. */
export function decoded(target: string): string {
  return encodeURI(decodeURIComponent(target))
}

/** A proxy in Node. @param upstream without a path */
export function startPathProxy(upstream: string, rewrite: Rewrite): Promise<TestServer> {
  const { hostname, port } = new URL(upstream)
  return listen(
    createServer((request, response) => {
      const { url = '/', method, headers } = request
      const asked = open({ hostname, port, path: rewrite(url), method, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(response)
      })
      asked.on('error', () => response.destroy())
      request.pipe(asked)
    }),
  )
}
