// The short form, with the newest versions: `npm run test:matrix` has the rest.
import { describe, it } from 'vitest'
import { httpConformance } from '../conformance/http-adapter.js'
import { OTHER_RUNTIMES, onExpress, onOwnServer } from '../conformance/other-runtimes.js'

// A file has to have a test, and they are not there on every platform.
if (OTHER_RUNTIMES.length === 0) describe('other runtimes', () => it.skip('are not installed'))

for (const runtime of OTHER_RUNTIMES) {
  httpConformance(...onExpress('express5', runtime), 'short')
  httpConformance(...onOwnServer('hono4', runtime), 'short')
}
