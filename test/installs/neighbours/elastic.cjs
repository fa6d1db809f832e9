// The bridge makes Elastic's transactions the active spans of OpenTelemetry's API.
const agent = require('elastic-apm-node').start({
  serviceName: 'shop',
  serverUrl: process.env.COLLECTOR,
  opentelemetryBridgeEnabled: true,
  cloudProvider: 'none',
  centralConfig: false,
  metricsInterval: '0s',
  logLevel: 'off',
})

globalThis.neighbour = {
  flush: () => new Promise((resolve) => agent.flush(resolve)),
}
