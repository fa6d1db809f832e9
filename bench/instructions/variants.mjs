/** What is counted: variants of the overhead benchmark by framework, and pieces of work that have a process of their own. */
const OWN = ['bare', 'empty', 'floor', 'quasar', 'quasar-redis']

export const VARIANTS = {
  express: [...OWN, 'express-prom-bundle', 'otel'],
  fastify: [...OWN, 'fastify-metrics', 'otel'],
  hono: [...OWN, 'quasar-wrap', 'hono-prometheus', 'otel'],
  'nest-express': OWN,
  'nest-fastify': OWN,
  jobs: ['bare', 'quasar', 'quasar-redis'],
  heartbeat: ['cold', 'warm'],
  refresh: ['all', 'between'],
}

/** What a variant may take, as a ratio to another. */
export const TARGETS = {
  express: [{ variant: 'quasar-redis', to: 'bare', atMost: 1.04 }],
  'nest-express': [{ variant: 'quasar-redis', to: 'bare', atMost: 1.04 }],
  'nest-fastify': [{ variant: 'quasar-redis', to: 'bare', atMost: 1.04 }],
  fastify: [{ variant: 'quasar-redis', to: 'bare', atMost: 1.04 }],
  hono: [
    { variant: 'quasar-redis', to: 'empty', atMost: 1.04 },
    { variant: 'quasar-wrap', to: 'bare', atMost: 1.05 },
  ],
  jobs: [{ variant: 'quasar-redis', to: 'bare', atMost: 1 }],
}
