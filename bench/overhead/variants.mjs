import { YOUNG_GENERATION } from '../shared/young-generation.mjs'

/** What is measured: variants by framework, and what a variant's process needs besides. */
const OWN = ['bare', 'again', 'empty', 'quasar', 'quasar-redis']

export const VARIANTS = {
  express: [...OWN, 'express-prom-bundle', 'express-status-monitor', 'otel', 'otel-1pct', 'apm'],
  fastify: [...OWN, 'fastify-metrics', 'under-pressure', 'otel', 'otel-1pct', 'apm'],
  hono: [...OWN, 'quasar-wrap', 'hono-prometheus', 'otel', 'otel-1pct', 'apm'],
  'nest-express': [...OWN],
  'nest-fastify': [...OWN],
}

/**
 * What can share a process: no tracer, which follows all of them, and nothing of Express, whose layers Quasar watches by their
 * prototype. One recorder would be shared, too, so that one variant of Quasar is enough.
 */
export const TOGETHER = {
  fastify: ['bare', 'again', 'empty', 'quasar'],
  hono: ['bare', 'again', 'empty', 'quasar', 'quasar-wrap'],
  'nest-fastify': ['bare', 'again', 'empty', 'quasar'],
}

/** Targets: what a variant may cost, as a ratio to another. */
export const TARGETS = {
  express: [{ variant: 'quasar-redis', to: 'bare', atMost: 1.03 }],
  'nest-express': [{ variant: 'quasar-redis', to: 'bare', atMost: 1.03 }],
  'nest-fastify': [{ variant: 'quasar-redis', to: 'bare', atMost: 1.03 }],
  fastify: [{ variant: 'quasar-redis', to: 'bare', atMost: 1.04 }],
  hono: [
    { variant: 'quasar-redis', to: 'empty', atMost: 1.03 },
    { variant: 'quasar-wrap', to: 'bare', atMost: 1.04 },
  ],
}

const PRELOADED = { otel: 'otel.mjs', 'otel-1pct': 'otel.mjs', apm: 'apm.mjs' }
const ENV = { 'otel-1pct': { OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.01' } }

/** @returns what Node loads before the app, its other arguments, and the environment */
export function surroundingsOf(variant) {
  const file = PRELOADED[variant]
  const preload = file ? ['--import', new URL(file, import.meta.url).href] : []
  return { preload, execArgv: [...YOUNG_GENERATION, ...preload], env: ENV[variant] ?? {} }
}
