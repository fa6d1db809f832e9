/** What is counted: variants of the overhead benchmark by framework, and pieces of work that have a process of their own. */
const OWN = ['bare', 'empty', 'floor', 'quasar', 'quasar-redis']
/** In an app that has a client of Redis of its own, as one on BullMQ has. */
const BESIDE_CLIENT = ['bare+ioredis', 'quasar-redis+ioredis']

export const VARIANTS = {
  express: [...OWN, ...BESIDE_CLIENT, 'express-prom-bundle', 'otel'],
  fastify: [...OWN, ...BESIDE_CLIENT, 'fastify-metrics', 'otel'],
  hono: [...OWN, ...BESIDE_CLIENT, 'quasar-wrap', 'hono-prometheus', 'otel'],
  'nest-express': [...OWN, ...BESIDE_CLIENT],
  'nest-fastify': [...OWN, ...BESIDE_CLIENT],
  jobs: ['bare', 'quasar', 'quasar-redis'],
  heartbeat: ['cold', 'warm'],
  refresh: ['all', 'between'],
}

const BESIDE = { variant: 'quasar-redis+ioredis', to: 'bare+ioredis', atMost: 1 }
const SERVER = { variant: 'quasar-redis', to: 'bare', atMost: 1.04 }

/** What a variant may take, as a ratio to another. */
export const TARGETS = {
  express: [SERVER, BESIDE],
  'nest-express': [SERVER, BESIDE],
  'nest-fastify': [SERVER, BESIDE],
  fastify: [SERVER, BESIDE],
  hono: [
    { variant: 'quasar-redis', to: 'empty', atMost: 1.04 },
    { variant: 'quasar-wrap', to: 'bare', atMost: 1.05 },
    BESIDE,
  ],
  jobs: [{ variant: 'quasar-redis', to: 'bare', atMost: 1 }],
}
