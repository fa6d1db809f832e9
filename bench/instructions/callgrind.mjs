// A child under callgrind, and the figures that it leaves.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** One thread, no randomness, and a young generation that no block fills: the same run takes the same instructions. */
const NODE_FLAGS = [
  '--single-threaded',
  '--v8-pool-size=0',
  '--random-seed=42',
  '--hash-seed=42',
  '--expose-gc',
  '--min-semi-space-size=64',
  '--max-semi-space-size=64',
]

/** @returns options of a child process, whose dumps go to the folder */
export function underCallgrind({ node, folder, nodeArgs = [], env = {} }) {
  const out = `--callgrind-out-file=${join(folder, 'out')}`
  return {
    node,
    under: ['valgrind', '-q', '--tool=callgrind', '--instr-atstart=no', out],
    execArgv: [...NODE_FLAGS, ...nodeArgs],
    env: { ...env, UV_THREADPOOL_SIZE: '1' },
  }
}

/** V8 sweeps pages when it needs their space, in whatever block that is: what collects garbage is left out. */
const GARBAGE =
  /v8::internal::(?:\(anonymous namespace\)::)?\w*(?:Sweep|Scaveng|MarkCompact|Marking|Evacuat|HeapObject::SizeFromMap)/

/** Instructions by the name of each dump, without those of the garbage collector. */
export function readDumps(folder) {
  return Object.fromEntries(
    [...dumpsIn(folder)].map(([name, text]) => {
      const functions = selfByFunction(text)
      return [name, functions.reduce((sum, [of, count]) => (GARBAGE.test(of) ? sum : sum + count), 0)]
    }),
  )
}

/** @returns pairs of a dump's name and its text */
export function* dumpsIn(folder) {
  for (const file of readdirSync(folder)) {
    if (!file.startsWith('out.')) continue
    const text = readFileSync(join(folder, file), 'utf8')
    const name = /desc: Trigger: Client Request: (\S+)/.exec(text)?.[1]
    if (name) yield [name, text]
  }
}

/**
 * Reads callgrind's format: `fn=(id) name` begins a function, and the line after `calls=` is of what it calls.
 *
 * @returns pairs of a function's name, or its address, and the instructions of itself
 */
export function selfByFunction(text) {
  const names = new Map()
  const self = new Map()
  const lines = text.split('\n')
  let current = null
  lines.forEach((line, index) => {
    const [, kind, id, name] = /^(c?fn)=\((\d+)\)(?: (.*))?$/.exec(line) ?? []
    if (name) names.set(id, name)
    if (kind === 'fn') current = id
    const isOwn = current && /^[\d+*-]/.test(line) && !lines[index - 1].startsWith('calls=')
    if (isOwn) self.set(current, (self.get(current) ?? 0) + Number(line.split(' ')[1] ?? 0))
  })
  return [...self].map(([id, count]) => [names.get(id) ?? id, count])
}
