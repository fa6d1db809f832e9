import type { FastifyInstance, onRequestHookHandler } from 'fastify'

/** What Fastify keeps of a scope under symbols of its own. Seen in 4.29 and 5.12. */
interface Scope {
  readonly hooks: { readonly onRequest: onRequestHookHandler[] }
  readonly children: readonly FastifyInstance[]
}

/** Null where it is kept in another way than is known. Scopes inherit from their parents, but have these of their own. */
export function scopeOf(fastify: FastifyInstance): Scope | null {
  const hooks = ownValue(fastify, 'fastify.hooks') as Partial<Scope['hooks']> | undefined
  const children = ownValue(fastify, 'fastify.children')
  if (!Array.isArray(hooks?.onRequest) || !Array.isArray(children)) return null
  return { hooks: hooks as Scope['hooks'], children }
}

/** The mounts of @fastify/middie (9.3) and @fastify/express (4.0) in a scope; the path may be the only middleware, too. */
export function middlewaresOf(fastify: FastifyInstance): readonly (readonly [path: unknown, ...unknown[]])[] {
  return MIDDLEWARES.flatMap((description) => {
    const mounts = ownValue(fastify, description)
    return Array.isArray(mounts) ? mounts : []
  })
}

const MIDDLEWARES = ['fastify-middie-middlewares', 'fastify-express-middlewares']

/** Two copies of Fastify in one process have symbols of their own. */
function ownValue(fastify: FastifyInstance, description: string): unknown {
  const key = Object.getOwnPropertySymbols(fastify).find((symbol) => symbol.description === description)
  return key && (fastify as unknown as Record<symbol, unknown>)[key]
}
