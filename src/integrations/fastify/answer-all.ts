import type { NodeHandler } from '../../runtime/create-zenith.js'

type Raw<N extends 0 | 1> = Parameters<NodeHandler>[N]

/** As much of Fastify as this takes; Nest on Express must not need its types. */
export interface FastifyScope {
  register(plugin: (scope: FastifyScope) => Promise<void>, options: { prefix: string }): unknown
  removeAllContentTypeParsers(): void
  addContentTypeParser(
    type: string,
    parse: (request: unknown, payload: unknown, done: (error: null) => void) => void,
  ): void
  all(
    path: string,
    options: { config: object },
    handle: (request: { raw: Raw<0> }, reply: { raw: Raw<1>; hijack(): unknown }) => void,
  ): unknown
}

/**
 * Lets a handler answer everything in a scope. It reads no body, so a parser of the app must neither refuse one nor wait
 * for it.
 */
export function answerAll(scope: Omit<FastifyScope, 'register'>, handler: NodeHandler): void {
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser('*', (_request, _payload, done) => done(null))
  for (const path of ['/', '/*']) {
    scope.all(path, { config: { quasar: false } }, (request, reply) => {
      reply.hijack()
      handler(request.raw, reply.raw)
    })
  }
}
