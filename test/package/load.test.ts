import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { extent } from '../support/extent.js'
import { type Consumer, documented, installConsumer, manifest, nodeVersions, type Packed, pack } from './packed.js'

const frameworks = [
  '@nestjs/common',
  '@nestjs/core',
  'bullmq',
  'express',
  'fastify',
  'hono',
  'reflect-metadata',
  'rxjs',
  '@hono/node-server',
]
const schemas = ['heartbeat', 'rollup', 'slow-entry', 'exception', 'queue-snapshot', 'queue-history']
const forms = { 'import()': 'load.mjs', 'require()': 'load.cjs' }

let packed: Packed
let consumer: Consumer

/** Prints the names that each subpath exports, by subpath. */
const script = (load: string) => `
const found = {}
const load = async () => {
  for (const subpath of ${JSON.stringify(Object.keys(documented))}) {
    const loaded = await ${load}('${manifest.name}' + subpath.slice(1))
    found[subpath] = Object.keys(loaded)
  }
  process.stdout.write(JSON.stringify(found))
}
load()
`

beforeAll(() => {
  packed = pack()
  consumer = installConsumer(packed, frameworks)
  writeFileSync(join(consumer.folder, 'load.mjs'), script('import'))
  writeFileSync(join(consumer.folder, 'load.cjs'), script('require'))
})

afterAll(() => {
  consumer.remove()
  packed.remove()
})

const run = (node: string, args: readonly string[]) =>
  execFileSync(node, args, { cwd: consumer.folder, encoding: 'utf8', timeout: 240_000 })

const NODES = nodeVersions()
const ENDS = extent(NODES, (one) => one === NODES[0] || one === NODES.at(-1))

describe.each(ENDS)('$name', ({ path }) => {
  it.each(Object.entries(forms))('loads every subpath with %s and finds what is documented', (_, file) => {
    const found = JSON.parse(run(path, [file])) as Record<string, string[]>
    for (const [subpath, names] of Object.entries(documented)) {
      expect(found[subpath], subpath).toEqual(expect.arrayContaining([...names]))
    }
  })

  it('keeps nothing running that was loaded only', () => {
    const all = Object.keys(documented).map((subpath) => `await import('${manifest.name}${subpath.slice(1)}')`)
    // The time limit of run() is the assertion: a timer or a connection made at import would hold the process.
    expect(run(path, ['--input-type=module', '-e', all.join('\n')])).toBe('')
  })

  it('lets the ESM and the CJS copy share what they record', () => {
    const source = `
      import { createRequire } from 'node:module'
      import { startQuasar } from '${manifest.name}'
      const copy = createRequire(import.meta.url)('${manifest.name}')
      const options = { service: 'both', logger: false, redis: false }
      const [one, two] = [startQuasar(options), copy.startQuasar(options)]
      process.stdout.write(JSON.stringify([one.status(), two.status()]))
      await one.stop()
      await two.stop()
    `
    const [one, two] = JSON.parse(run(path, ['--input-type=module', '-e', source])) as { node?: string }[]
    expect(one).toEqual(two)
  })
})

/** Loads a subpath and says what came with it: packages, and what would hold or watch the process. */
const lookAt = (load: string) => `
import { createRequire } from 'node:module'
const before = new Set(process.getActiveResourcesInfo())
${load}
const packages = Object.keys(createRequire(import.meta.url).cache).flatMap((file) => {
  return /.*node_modules.((?:@[^\\\\/]+.)?[^\\\\/]+)/.exec(file)?.[1].replaceAll('\\\\', '/') ?? []
})
await new Promise(setImmediate)
const answer = JSON.stringify({
  packages: [...new Set(packages)].sort(),
  handles: process._getActiveHandles().filter((handle) => ![0, 1, 2].includes(handle.fd)).length,
  resources: process.getActiveResourcesInfo().filter((name) => !before.has(name) && !/^(Immediate|CloseReq|FSReq)/.test(name)),
})
process.stdout.write(answer)
`

const LOADS = {
  'import()': (subpath: string) => `await import('${manifest.name}${subpath.slice(1)}')`,
  'require()': (subpath: string) => `createRequire(import.meta.url)('${manifest.name}${subpath.slice(1)}')`,
}

describe.each(Object.entries(LOADS))('what is only loaded by %s', (_, load) => {
  it.each(Object.keys(documented))('%s brings no ioredis, no BullMQ, no SDK of AWS, and opens nothing', (subpath) => {
    const answer = run(process.execPath, ['--input-type=module', '-e', lookAt(load(subpath))])
    const { packages, handles, resources } = JSON.parse(answer) as Record<string, unknown> & { packages: string[] }
    expect(packages.filter((name) => /^(ioredis|bull|bullmq|express|fastify|@aws-sdk|@smithy)/.test(name))).toEqual(
      packages.filter((name) => name === 'fastify-plugin'),
    )
    expect({ handles, resources }).toEqual({ handles: 0, resources: [] })
  })
})

it('loads ioredis once a recorder starts on a Redis, and not for one without', () => {
  const source = `
    import { createRequire } from 'node:module'
    import { startQuasar } from '${manifest.name}'
    const isLoaded = () => Object.keys(createRequire(import.meta.url).cache).some((file) => /node_modules.ioredis/.test(file))
    const found = []
    for (const redis of [false, 'redis://127.0.0.1:1']) {
      const quasar = startQuasar({ service: 'loads', logger: false, redis })
      await quasar.flush()
      found.push(isLoaded())
      await quasar.stop()
    }
    process.stdout.write(JSON.stringify(found))
  `
  expect(JSON.parse(run(process.execPath, ['--input-type=module', '-e', source]))).toEqual([false, true])
})

/** The modules that a bundled file is made of: each is named above its code. */
const MODULES_OF =
  "(file) => [...fs.readFileSync(file, 'utf8').matchAll(/^\\/\\/ (\\S+)\\.js$/gm)].map(([, name]) => name)"

interface Loaded {
  readonly files: string[]
  readonly modules: string[]
  readonly builtin: string[]
}

const loaded = new Map<string, Loaded>()

/** Loads a subpath and lists the files and modules of the package that came with it, and the modules of Node. */
function loadedWith(subpath: string): Loaded {
  const known = loaded.get(subpath) ?? listLoaded(subpath)
  loaded.set(subpath, known)
  return known
}

function listLoaded(subpath: string): Loaded {
  const source = `
    const fs = require('node:fs')
    const before = new Set(process.moduleLoadList)
    require('${manifest.name}${subpath.slice(1)}')
    const files = Object.keys(require.cache).filter((file) => /quasar.dist.cjs/.test(file))
    const modules = files.flatMap(${MODULES_OF})
    const builtin = process.moduleLoadList.filter((name) => !before.has(name))
    process.stdout.write(JSON.stringify({ files, modules, builtin }))
  `
  return JSON.parse(run(process.execPath, ['-e', source])) as Loaded
}

/** Subpaths that record, and how many modules they may load: each costs an app's start a part of a millisecond. */
const MOST_MODULES = {
  '.': 202,
  './express': 215,
  './fastify': 214,
  './hono': 208,
  './graphql': 203,
  './bullmq': 224,
  './nest': 272,
}

/** As many files as a subpath may come in: Nest's has parts that `auto` shares. */
const MOST_FILES = 30

describe.each(Object.entries(MOST_MODULES))('%s', (subpath, most) => {
  it('loads nothing of Zenith, no driver of queues, and not more than it needs, in few files', () => {
    const { files, modules } = loadedWith(subpath)
    expect(modules.filter((name) => name.startsWith('zenith/'))).toEqual([])
    expect(
      modules.filter((name) => /^queues\/(bull-common|bullmq\/(redis-source|actions|api-only\/source))/.test(name)),
    ).toEqual([])
    expect(modules.length).toBeGreaterThan(100)
    expect(modules.length).toBeLessThanOrEqual(most)
    expect(files.length).toBeLessThanOrEqual(MOST_FILES)
  })

  it('loads neither node:cluster nor the processes and sockets that come with it', () => {
    const { builtin } = loadedWith(subpath)
    const found = ['cluster', 'child_process', 'dgram'].filter((name) => builtin.includes(`NativeModule ${name}`))
    expect(found).toEqual([])
  })
})

it("loads BullMQ's driver once a queue is read, by import() and by require()", () => {
  const source = `
    const isLoaded = () => Object.keys(require.cache).some((file) => /dist.cjs.shared.redis-source/.test(file))
    const { bullmqQueues } = require('${manifest.name}/queues/bullmq')
    const source = bullmqQueues({ connection: 'redis://127.0.0.1:1' })
    const found = [isLoaded()]
    source.read().catch(async () => {
      found.push(isLoaded())
      await source.close()
      const copy = (await import('${manifest.name}/queues/bullmq')).bullmqQueues({ connection: 'redis://127.0.0.1:1' })
      found.push(await copy.read().catch((error) => error.message))
      process.stdout.write(JSON.stringify(found))
    })
  `
  const found = JSON.parse(run(process.execPath, ['-e', source])) as unknown[]
  expect(found).toEqual([false, true, expect.stringContaining('127.0.0.1:1')])
})

it.each(schemas)('offers the JSON Schema of a %s by name', (name) => {
  const source = `process.stdout.write(require.resolve('${manifest.name}/schemas/${name}.json'))`
  expect(run(process.execPath, ['-e', source])).toContain(name)
})
