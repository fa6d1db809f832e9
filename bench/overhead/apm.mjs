// elastic-apm-node as its set-up page says, with a local server that discards. Loaded with --import before the app.
import apm from 'elastic-apm-node'

apm.start({ serviceName: 'bench', serverUrl: process.env.BENCH_SINK, logLevel: 'off', centralConfig: false })
