const Sentry = require('@sentry/node')

const { host } = new URL(process.env.COLLECTOR)
Sentry.init({ dsn: `http://key@${host}/1`, tracesSampleRate: 1 })

const isFastify = process.argv[2] === 'fastify'
globalThis.neighbour = {
  beforeRoutes: (app) => (isFastify ? Sentry.setupFastifyErrorHandler(app) : undefined),
  afterRoutes: (app) => (isFastify ? undefined : Sentry.setupExpressErrorHandler(app)),
  flush: () => Sentry.close(5_000),
}
