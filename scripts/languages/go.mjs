// The tests of the Go modules: the client library and the agent.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { capture, findOnPath, root } from './programs.mjs'

const MODULES = ['clients/go', 'clients/go/examples', 'agent']
const MINIMUM = [1, 24]

export const go = {
  name: 'Go',
  /** Null when it is there, else how to get it. */
  missing() {
    const version = findOnPath('go') ? capture('go', ['env', 'GOVERSION']).output : ''
    const [major = 0, minor = 0] = (/go(\d+)\.(\d+)/.exec(version) ?? []).slice(1).map(Number)
    const isThere = major > MINIMUM[0] || (major === MINIMUM[0] && minor >= MINIMUM[1])
    return isThere
      ? null
      : `install Go ${MINIMUM.join('.')} or newer and put it on the PATH (https://go.dev/doc/install)`
  },
  suites: MODULES.map((module) => ({ name: module, run: () => runModule(module) })),
}

function runModule(module) {
  const cwd = join(root, module)
  if (!existsSync(join(cwd, 'go.mod'))) return { passed: [], failed: [], skipped: [] }
  const vet = capture('go', ['vet', './...'], { cwd })
  if (vet.code !== 0) return { passed: [], failed: [`${module}: go vet\n${vet.output}${vet.errors}`], skipped: [] }
  const tests = capture('go', ['test', '-json', './...'], { cwd })
  return { ...readEvents(module, tests), ...(tests.code === null && { failed: [`${module}: go test could not run`] }) }
}

/** One line of JSON for each event; a test's subtests have events of their own. */
function readEvents(module, { code, output, errors }) {
  const events = output.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line)] : []))
  const names = (action) => {
    const found = events.filter(({ Action, Test }) => Action === action && Test)
    return found.map(({ Package, Test }) => `${module} > ${Package.split('/').at(-1)} > ${Test}`)
  }
  const failed = names('fail')
  // A package that does not build fails without a test.
  if (code !== 0 && failed.length === 0) failed.push(`${module}: go test\n${outputOf(events)}${errors}`)
  else if (failed.length > 0) process.stdout.write(outputOf(events))
  return { passed: ['go vet', ...names('pass')], failed, skipped: names('skip') }
}

function outputOf(events) {
  const kept = new Set(events.filter(({ Action }) => Action === 'fail').map(({ Package }) => Package))
  return events
    .flatMap(({ Action, Package, Output }) => (Action === 'output' && kept.has(Package) ? [Output] : []))
    .join('')
}
