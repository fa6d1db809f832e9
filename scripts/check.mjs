// `npm run check`: everything about the sources that needs no running server. Each step counts as one test in `npm test`.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bin, run } from './run.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const dashboardBuild = join(root, 'scripts/build-dashboard.mjs')
const vitest = [bin('vitest'), 'run', '--reporter=dot']

const steps = [
  { name: 'types', command: [bin('typescript', 'tsc'), '-p', 'tsconfig.json'] },
  { name: 'types of the dashboard', command: [bin('typescript', 'tsc'), '-p', 'tsconfig.dashboard.json'] },
  {
    name: 'format and lint',
    command: [bin('@biomejs/biome', 'biome'), 'ci', ...(process.stdout.isTTY ? [] : ['--colors=off']), '.'],
  },
  { name: 'unused files, exports and dependencies', command: [bin('knip')] },
]
const importRule = { name: 'import rule', command: [...vitest, 'test/package/import-rule.test.ts'] }

/** Runs the steps one after the other; resolves to the names of those that passed and of those that failed. */
export async function runChecks(list = steps) {
  const passed = []
  const failed = []
  for (const { name, command } of list) {
    process.stdout.write(`\n== ${name}\n`)
    const code = await run(command[0], command.slice(1), { cwd: root })
    const results = code === 0 ? passed : failed
    results.push(name)
  }
  return { passed, failed }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  // The dashboard's built page is a module that the types need.
  if (existsSync(dashboardBuild)) await run(dashboardBuild, ['--if-stale'], { cwd: root })
  const { passed, failed } = await runChecks([...steps, importRule])
  for (const name of failed) process.stdout.write(`failed: ${name}\n`)
  process.stdout.write(`${passed.length} passed, ${failed.length} failed\n`)
  process.exitCode = failed.length === 0 ? 0 : 1
}
