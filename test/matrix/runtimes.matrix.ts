// The suites of Express and Hono on the other runtimes, in full and with all of their versions.
import { describe, it } from 'vitest'
import { httpConformance } from '../conformance/http-adapter.js'
import { OTHER_RUNTIMES, onExpress, onNodeServer, onOwnServer } from '../conformance/other-runtimes.js'

if (OTHER_RUNTIMES.length === 0) describe('other runtimes', () => it.skip('are not installed'))

for (const runtime of OTHER_RUNTIMES) {
  for (const version of ['express4', 'express50', 'express5']) httpConformance(...onExpress(version, runtime))
  for (const version of ['hono48', 'hono4']) {
    httpConformance(...onNodeServer(version, runtime))
    httpConformance(...onOwnServer(version, runtime))
  }
}
