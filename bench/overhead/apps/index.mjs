import { express } from './express.mjs'
import { fastify } from './fastify.mjs'
import { hono } from './hono.mjs'
import { nest } from './nest.mjs'

/** Opens the app of a framework in a variant; gives Node's server. All answer `/users/:id`, `/api/orders/:id`, `/plain`. */
export const APPS = {
  express,
  fastify,
  hono,
  'nest-express': (variant) => nest('express', variant),
  'nest-fastify': (variant) => nest('fastify', variant),
}
