import { spawnSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { extent } from '../support/extent.js'
import { runtimeProgram } from '../support/runtimes.js'

// The Node that runs the tests runs this suite, too: the short form leaves it at that and the newest one.
describe.each(extent(['node22', 'node24'], (name) => name === 'node24'))('people in PostgreSQL on %s', (name) => {
  test('pass the conformance suite, which starts a server of its own', () => {
    const env = Object.fromEntries(Object.entries(process.env).filter(([key]) => !key.startsWith('VITEST')))
    const suite = ['node_modules/vitest/vitest.mjs', 'run', 'test/people/postgres.test.ts']
    const options = { env, encoding: 'utf8', timeout: 220_000 } as const
    const { status, stdout } = spawnSync(runtimeProgram(name), suite, options)
    expect(stdout).toMatch(/Tests .*\d+ passed/)
    expect(status).toBe(0)
  })
})
