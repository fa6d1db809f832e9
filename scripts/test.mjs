// `npm test`: sets the machine up, builds, checks the sources, runs every test in every language whose toolchain is there, and ends with
// the line `N passed, N failed`; `, N skipped` follows if a toolchain is missing.
// Arguments go to vitest (`npm test -- test/core`); with a choice of files the checks are left out.
// `--whole` runs what the short form leaves out, too: see test/support/extent.ts.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runChecks } from './check.mjs'
import { runLanguages } from './languages.mjs'
import { bin, run } from './run.mjs'
import { setUp } from './setup.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const isWhole = process.argv.includes('--whole')
const chosen = process.argv.slice(2).filter((argument) => argument !== '--whole')

const heading = (text) => process.stdout.write(`\n== ${text}\n`)

async function build() {
  heading('build')
  const code = await run(join(root, 'scripts/build.mjs'), [], { cwd: root })
  return code === 0 ? { passed: ['build'], failed: [] } : { passed: [], failed: ['build'] }
}

async function runTests() {
  heading('tests')
  const folder = mkdtempSync(join(tmpdir(), 'quasar-test-'))
  const report = join(folder, 'report.json')
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  const code = await run(bin('vitest'), ['run', ...reporters, ...chosen], {
    cwd: root,
    env: { ...process.env, ...(isWhole && { QUASAR_TESTS: 'whole' }) },
  })
  const result = existsSync(report) ? readReport(JSON.parse(readFileSync(report, 'utf8'))) : { passed: [], failed: [] }
  rmSync(folder, { recursive: true, force: true })
  // A crash or an unhandled error fails vitest without failing a test.
  if (code !== 0 && result.failed.length === 0) result.failed.push(`vitest ended with exit code ${code}`)
  return result
}

function readReport({ testResults }) {
  const names = (status) =>
    testResults.flatMap((file) =>
      file.assertionResults.filter((test) => test.status === status).map((test) => `${file.name} > ${test.fullName}`),
    )
  const failed = names('failed')
  const broken = testResults.filter(
    (file) => file.status === 'failed' && !failed.some((name) => name.startsWith(file.name)),
  )
  return { passed: names('passed'), failed: [...failed, ...broken.map((file) => `${file.name} (could not run)`)] }
}

function sumUp(results) {
  const passed = results.flatMap((result) => result.passed)
  const failed = results.flatMap((result) => result.failed)
  const skipped = results.flatMap((result) => result.skipped ?? [])
  heading('result')
  for (const name of failed) process.stdout.write(`failed: ${name.replace(root, '')}\n`)
  for (const name of skipped) process.stdout.write(`skipped: ${name}\n`)
  const suffix = skipped.length > 0 ? `, ${skipped.length} skipped` : ''
  process.stdout.write(`${passed.length} passed, ${failed.length} failed${suffix}\n`)
  process.exitCode = failed.length === 0 && passed.length > 0 ? 0 : 1
}

const problem = await setUp()
if (problem) {
  process.stderr.write(`${problem}\n`)
  process.exitCode = 1
} else {
  const built = await build()
  const isAll = chosen.length === 0
  const checked = isAll ? await runChecks() : { passed: [], failed: [] }
  const languages = isAll ? runLanguages() : { passed: [], failed: [] }
  sumUp([built, checked, languages, await runTests()])
}
