import type { NodeHandler } from '../../create-zenith.js'

type Raw<N extends 0 | 1> = Parameters<NodeHandler>[N]

/** As much of Fastify as mounting takes; Nest on Express must not need its types. */
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

/** Lets a handler answer everything under a path, in a scope of its own where no body is read. */
export function mountOnFastify(fastify: FastifyScope, prefix: string, handler: NodeHandler): void {
  fastify.register(
    async (scope) => {
      scope.removeAllContentTypeParsers()
      scope.addContentTypeParser('*', (_request, _payload, done) => done(null))
      for (const path of ['/', '/*']) {
        scope.all(path, { config: { quasar: false } }, (request, reply) => {
          reply.hijack()
          handler(request.raw, reply.raw)
        })
      }
    },
    { prefix },
  )
}
