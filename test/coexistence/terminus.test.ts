import { expect, it } from 'vitest'
import { ask } from '../support/ask.js'
import { openNeighbours } from './beside.js'

const beside = openNeighbours()

it("answers terminus's checks as without Quasar; one that is down is an error and no more than one", async () => {
  const { bare, watched } = await beside.run('terminus.cjs', null, async (port) => {
    const answers = [await ask(port, '/health/live'), await ask(port, '/health/ready')]
    return answers.map(({ status, text }) => ({ status, ...(JSON.parse(text) as { details: unknown }) }))
  })
  expect(watched.used).toEqual(bare.used)
  expect(watched.used).toMatchObject([
    { status: 'ok', details: { memory: { status: 'up' } } },
    { status: 'error', details: { database: { status: 'down' } } },
  ])
  expect(watched.outcome).toEqual({ code: 0, signal: null, stdout: '', stderr: '' })
  const { counts, routes, exceptions } = watched.reported
  expect(counts).toEqual({ 'GET /health/live': 1, 'GET /health/ready': 1 })
  expect(routes.get('GET /health/ready')?.errors).toBe(1)
  expect(exceptions).toMatchObject([{ route: 'GET /health/ready' }])
})
