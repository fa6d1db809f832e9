// OpenTelemetry's SDK as its getting-started page sets it up, with http and the framework's own instrumentation; spans go to
// a local server that discards them. Loaded with --import before the app.

import { register } from 'node:module'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { ExpressInstrumentation } from '@opentelemetry/instrumentation-express'
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http'
import { NodeSDK } from '@opentelemetry/sdk-node'

register('@opentelemetry/instrumentation/hook.mjs', import.meta.url)
new NodeSDK({
  serviceName: 'bench',
  traceExporter: new OTLPTraceExporter({ url: process.env.BENCH_SINK }),
  instrumentations: [new HttpInstrumentation(), new ExpressInstrumentation()],
}).start()
