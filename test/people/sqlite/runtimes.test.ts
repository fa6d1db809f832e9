import { spawnSync } from 'node:child_process'
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'
import { archiveDir, bundled } from '../../support/archive-files.js'
import { extent } from '../../support/extent.js'
import { runtimeProgram } from '../../support/runtimes.js'

let child: string
beforeAll(async () => {
  child = fileURLToPath(await bundled('test/people/sqlite/child.ts'))
})

/** Runs a program to its end, without what the test runner set for itself. */
function run(program: string, args: readonly string[]) {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('VITEST')))
  const { status, stdout, stderr } = spawnSync(program, args, { env, encoding: 'utf8', timeout: 220_000 })
  return { status, stdout, stderr }
}

describe.each(extent(['node22', 'node24'], (name) => name === 'node24'))('the SQLite of %s', (name) => {
  test('passes the conformance suite, and the tests of the file', () => {
    const suites = ['test/people/sqlite/conformance.test.ts', 'test/people/sqlite/file.test.ts']
    const { status, stdout } = run(runtimeProgram(name), ['node_modules/vitest/vitest.mjs', 'run', ...suites])
    expect(stdout).toMatch(/Tests .*\d+ passed/)
    expect(status).toBe(0)
  })
})

test('runtimes have one file in turn', () => {
  const dir = archiveDir()
  const programs = [runtimeProgram('bun'), process.execPath, runtimeProgram('node24')]
  for (const [i, program] of programs.entries())
    expect(run(program, [child, 'win', dir, `rival${i}`, '5'])).toMatchObject({ status: 0, stdout: '' })
  for (const program of programs)
    expect(run(program, [child, 'check', dir]).stdout).toMatch(/^version 15, 16 records by (node:sqlite|libsql)\n$/)
})

test('without a usable SQLite, Node 20 says which two ways there are', () => {
  // Away from the repository there is no libsql.
  const alone = join(archiveDir(), 'main.mjs')
  copyFileSync(child, alone)
  const { stdout, stderr } = run(runtimeProgram('node20'), [alone, 'check', archiveDir()])
  expect(stdout).toMatch(
    /^missing_package: The SQLite database of users needs Node 22\.16 or later, Bun, or the package libsql/,
  )
  expect(stderr).toBe('')
})
