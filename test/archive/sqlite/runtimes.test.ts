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
  child = fileURLToPath(await bundled('test/archive/sqlite/child.ts'))
})

/** Runs a program to its end, without what the test runner set for itself. */
function run(program: string, args: readonly string[]) {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('VITEST')))
  const { status, stdout, stderr } = spawnSync(program, args, { env, encoding: 'utf8', timeout: 220_000 })
  return { status, stdout, stderr }
}

describe.each(extent(['node22', 'node24'], (name) => name === 'node24'))('the SQLite of %s', (name) => {
  test('passes the conformance suite', () => {
    const suite = 'test/archive/sqlite/conformance.test.ts'
    const { status, stdout } = run(runtimeProgram(name), ['node_modules/vitest/vitest.mjs', 'run', suite])
    expect(stdout).toMatch(/Tests .*\d+ passed/)
    expect(status).toBe(0)
  })

  test('names itself as experimental at most once', () => {
    const { stdout, stderr } = run(runtimeProgram(name), [child, 'count', archiveDir()])
    expect(stdout).toBe('0 jobs by node:sqlite\n')
    expect(stderr.match(/ExperimentalWarning/g)?.length ?? 0).toBeLessThan(2)
  })
})

test('Bun writes and searches with its own', () => {
  const dir = archiveDir()
  expect(run(runtimeProgram('bun'), [child, 'fill', dir, '5'])).toMatchObject({ status: 0 })
  expect(run(runtimeProgram('bun'), [child, 'count', dir]).stdout).toBe('1000 jobs by node:sqlite\n')
  // The files are the same everywhere.
  expect(run(process.execPath, [child, 'count', dir]).stdout).toMatch(/^1000 jobs by/)
})

describe('without a usable SQLite', () => {
  const bothWays = /needs Node 22\.16 or later, Bun, or the package libsql: npm install libsql/

  /** Away from the repository there is no libsql. */
  function runAlone(program: string, args: readonly string[]) {
    const alone = join(archiveDir(), 'main.mjs')
    copyFileSync(child, alone)
    return run(program, [...args, alone, 'count', archiveDir()])
  }

  test('Node 20 says which two ways there are', () => {
    const { stdout, stderr } = runAlone(runtimeProgram('node20'), [])
    expect(stdout).toMatch(bothWays)
    expect(stdout).toContain('missing_package')
    expect(stderr).toBe('')
  })

  test('so does a Node whose SQLite has no full-text search, as 22.13 to 22.15', () => {
    const without = join(process.cwd(), 'test/archive/sqlite/without-fts5.cjs')
    expect(runAlone(runtimeProgram('node22'), ['--require', without]).stdout).toMatch(bothWays)
  })

  test('libsql is taken in place of a SQLite without full-text search', () => {
    const without = join(process.cwd(), 'test/archive/sqlite/without-fts5.cjs')
    const { stdout } = run(runtimeProgram('node22'), ['--require', without, child, 'count', archiveDir()])
    expect(stdout).toBe('0 jobs by libsql\n')
  })
})
