// Builds the native part that starts and reads callgrind's counters.
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Where Node's headers may be: beside Node itself, or from Debian's libnode-dev. */
const HEADERS = [resolve(dirname(process.execPath), '../include/node'), '/usr/include/node']

/** Why nothing can be counted here; null when it can. */
export function missing() {
  for (const program of ['valgrind', 'gcc'])
    if (!works(program)) return `${program} is not installed (apt-get install ${program})`
  if (!headers()) return `Node's headers are neither in ${HEADERS.join(' nor in ')}`
  return existsSync('/usr/include/valgrind/callgrind.h')
    ? null
    : "valgrind's headers are not installed (apt-get install valgrind)"
}

/** @returns the path of the built addon. It works in every Node that is measured: its interface is stable. */
export function buildCounter(folder) {
  const addon = join(folder, 'counter.node')
  const source = fileURLToPath(new URL('counter.c', import.meta.url))
  execFileSync('gcc', ['-shared', '-fPIC', '-O2', `-I${headers()}`, '-o', addon, source])
  return addon
}

function headers() {
  return HEADERS.find((folder) => existsSync(join(folder, 'node_api.h')))
}

function works(program) {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
