// OpenTelemetry's SDK as its guide sets it up, with a collector of the test's own.
const { FastifyOtelInstrumentation } = require('@fastify/otel')
const { OTLPTraceExporter } = require('@opentelemetry/exporter-trace-otlp-http')
const { ExpressInstrumentation } = require('@opentelemetry/instrumentation-express')
const { HttpInstrumentation } = require('@opentelemetry/instrumentation-http')
const { IORedisInstrumentation } = require('@opentelemetry/instrumentation-ioredis')
const { NodeSDK } = require('@opentelemetry/sdk-node')

const fastify = new FastifyOtelInstrumentation()
const sdk = new NodeSDK({
  serviceName: 'shop',
  traceExporter: new OTLPTraceExporter({ url: `${process.env.COLLECTOR}/v1/traces` }),
  instrumentations: [
    new HttpInstrumentation(),
    new ExpressInstrumentation(),
    // Commands outside of a request, too: those of Quasar.
    new IORedisInstrumentation({ requireParentSpan: false }),
    fastify,
  ],
  resourceDetectors: [],
})
sdk.start()

globalThis.neighbour = {
  beforeRoutes: (app) => (process.argv[2] === 'fastify' ? app.register(fastify.plugin()) : undefined),
  flush: () => sdk.shutdown(),
}
