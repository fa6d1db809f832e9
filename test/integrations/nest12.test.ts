import { describe, expect, it } from 'vitest'
import { counts, useBench } from '../conformance/http-adapter.js'
import { nestConformance, nestHosts, nestSmoke } from '../conformance/nest-adapter.js'
import { ask } from '../support/ask.js'

const FILE = 'nest12/server.mjs'

nestConformance('Nest 12', FILE, 'mounted/*rest')
// Nest 12 is ESM only: this is require(esm).
nestSmoke('nest12/server.cjs')

describe.each(nestHosts(FILE))('Nest 12 on $args.0, in a testing module', (host) => {
  const { report } = useBench(host)

  it('follows the app that is made of it', async () => {
    const reported = await report({ variant: 'testing' }, async ({ port }) => {
      await ask(port, '/users/1')
      await ask(port, '/fail/sync')
      await ask(port, '/none')
    })
    expect(counts(reported)).toEqual({ 'GET /users/:id': 1, 'GET /fail/sync': 1, '(unmatched)': 1 })
    expect(reported.exceptions).toHaveLength(1)
  })
})
