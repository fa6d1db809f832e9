// `npm run test:matrix`: the packed package with the lowest and the highest versions of everything that it supports, on every runtime.
// Prints what ran as a table; its exit code is 1 when a cell failed.
//   --json FILE       writes what ran as JSON, too
//   --markdown FILE   and as the table of docs/operations.md
//   -t TEXT           only cells whose name has it: 'Express 4.19.0', 'Bun', 'Sentinel'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { installForMatrix } from './install.mjs'
import { bin, run } from './run.mjs'
import { setUp } from './setup.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const { values } = parseArgs({
  options: { json: { type: 'string' }, markdown: { type: 'string' }, t: { type: 'string', short: 't' } },
})

/** Everything that the cells need; the line that says what is missing, or null. */
async function prepare() {
  const problem = (await setUp()) ?? (await installForMatrix())
  if (problem) return problem
  return (await run(join(root, 'scripts/build.mjs'), [], { cwd: root })) === 0 ? null : 'The build failed.'
}

async function runCells() {
  const folder = mkdtempSync(join(tmpdir(), 'quasar-matrix-'))
  const report = join(folder, 'report.json')
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  const chosen = values.t ? ['-t', values.t] : []
  const config = ['--config', 'test/matrix/vitest.config.ts', '--root', root]
  const code = await run(bin('vitest'), ['run', ...config, ...reporters, ...chosen], { cwd: root })
  const { testResults } = JSON.parse(readFileSync(report, 'utf8'))
  rmSync(folder, { recursive: true, force: true })
  return { code, cells: testResults.flatMap(cellsOf) }
}

/** The suites on other runtimes are no cells, unless one of their tests fails. */
function cellsOf({ name, assertionResults }) {
  const cells = assertionResults.flatMap(cellOf)
  return name.endsWith('full.matrix.ts') ? cells : cells.filter(({ passed }) => !passed)
}

/** A row is a suite, a column a test in it. */
function cellOf({ ancestorTitles, title, status, duration, failureMessages }) {
  if (status !== 'passed' && status !== 'failed') return []
  const failure = status === 'failed' ? { failure: failureMessages.join('\n') } : {}
  return [
    { row: ancestorTitles.join(' '), column: title, passed: status === 'passed', ms: Math.round(duration), ...failure },
  ]
}

function tableOf(cells) {
  const columns = [...new Set(cells.map(({ column }) => column))].sort(byRuntime)
  const rows = [...new Set(cells.map(({ row }) => row))]
  const markOf = (row, column) => {
    const cell = cells.find((one) => one.row === row && one.column === column)
    return cell ? (cell.passed ? 'yes' : '**no**') : ''
  }
  const lines = rows.map((row) => [row, ...columns.map((column) => markOf(row, column))])
  const all = [['', ...columns], columns.length > 0 ? ['---', ...columns.map(() => '---')] : [], ...lines]
  return all.map((line) => `| ${line.join(' | ')} |\n`).join('')
}

/** Node before Bun, the older before the newer. */
function byRuntime(one, other) {
  return one.startsWith('Node') === other.startsWith('Node')
    ? one.localeCompare(other, 'en', { numeric: true })
    : one.startsWith('Node')
      ? -1
      : 1
}

const problem = await prepare()
if (problem) {
  process.stderr.write(`${problem}\n`)
  process.exitCode = 1
} else {
  const { code, cells } = await runCells()
  const table = tableOf(cells)
  if (values.json) writeFileSync(values.json, `${JSON.stringify(cells, null, 2)}\n`)
  if (values.markdown) writeFileSync(values.markdown, table)
  const passed = cells.filter((cell) => cell.passed).length
  process.stdout.write(`\n${table}\n${passed} passed, ${cells.length - passed} failed\n`)
  process.exitCode = code === 0 && passed > 0 ? 0 : 1
}
