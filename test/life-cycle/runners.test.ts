import { resolve } from 'node:path'
import { expect, it } from 'vitest'
import { extent } from '../support/extent.js'
import { requireFrom } from '../support/installed.js'
import { openFleet } from './fleet.js'

const fleet = openFleet()
const JEST = requireFrom('neighbours').resolve('jest/bin/jest')

/** @param end what the app's tests do with Quasar at their end */
const testsOf = (end: string) => `
const { once } = require('node:events')
const express = require('express')
const { quasar } = require('@gravito/quasar/express')

const monitor = quasar()
let server
beforeAll(async () => {
  const app = express()
  app.use(monitor)
  app.get('/users/:id', (request, response) => response.json({ id: request.params.id }))
  server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
})
afterAll(async () => {
  await new Promise((closed) => server.close(closed))
  ${end}
})

test.each(['1', '2'])('answers %s', async (id) => {
  const response = await fetch('http://127.0.0.1:' + server.address().port + '/users/' + id, { headers: { connection: 'close' } })
  expect(await response.json()).toEqual({ id })
})
`
const files = {
  'package.json': '{ "name": "consumer", "private": true }',
  'jest.config.json': '{ "testEnvironment": "node", "cache": false }',
  'stopped.test.js': testsOf('await monitor.stop()'),
  'left.test.js': testsOf(''),
  'vitest.config.mjs': 'export default { test: { globals: true, include: ["*.test.js"], maxWorkers: 2 } }',
}

/** What a runner tells its tests and workers, which those inside must not hear from the one outside. */
const quiet = Object.fromEntries(
  Object.keys(process.env)
    .filter((name) => /^(VITEST|JEST|NODE_OPTIONS|FORCE_COLOR|TEST$)/.test(name))
    .map((name) => [name, undefined]),
)

const RUNNERS = [
  ['jest', JEST, ['--detectOpenHandles', '--runInBand']],
  ['jest in workers', JEST, ['--maxWorkers=2']],
  ['vitest', resolve('node_modules/vitest/vitest.mjs'), ['run']],
] as const

it.each(extent(RUNNERS, ([runner]) => runner !== 'jest'))(
  'the tests of an app pass in %s, which ends by itself and warns of nothing',
  async (runner, entry, args) => {
    const env = { ...quiet, QUASAR_SERVICE: runner, NODE_ENV: 'test', CI: '1', NO_COLOR: '1' }
    const program = await fleet.start('', { files, entry, args, env })
    const { code, signal, stdout, stderr } = await program.ended
    expect({ code, signal, stderr: runner === 'vitest' ? stderr : '' }).toEqual({ code: 0, signal: null, stderr: '' })
    const output = stdout + stderr
    expect(output).toMatch(/Tests:? +4 passed/)
    expect(output).not.toMatch(/open handle|did not exit|failed to exit|force exited|Quasar:|Warning/i)
    const { routes } = await fleet.recorded(runner)
    // Those that stop it report both of their requests; a worker that does not may be ended before it could say anything.
    expect([...routes.keys()]).toEqual(['GET /users/:id'])
    expect([2, 3, 4]).toContain(routes.get('GET /users/:id')?.count)
  },
)
