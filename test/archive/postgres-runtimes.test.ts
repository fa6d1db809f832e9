import { spawnSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { extent } from '../support/extent.js'
import { runtimeProgram } from '../support/runtimes.js'

/** Runs the conformance suite of PostgreSQL, which starts a server of its own, with another Node. */
function conformanceWith(program: string) {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('VITEST')))
  const suite = ['node_modules/vitest/vitest.mjs', 'run', 'test/archive/postgres.test.ts']
  const { status, stdout } = spawnSync(program, suite, { env, encoding: 'utf8', timeout: 220_000 })
  return { status, stdout }
}

// The Node that runs the tests runs this suite, too: the short form leaves it at that and the newest one.
describe.each(extent(['node22', 'node24'], (name) => name === 'node24'))('the PostgreSQL driver on %s', (name) => {
  test('passes the conformance suite', () => {
    const { status, stdout } = conformanceWith(runtimeProgram(name))
    expect(stdout).toMatch(/Tests .*\d+ passed/)
    expect(status).toBe(0)
  })
})
