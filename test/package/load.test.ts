import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
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
const schemas = ['heartbeat', 'rollup', 'slow-entry', 'exception', 'queue-snapshot']
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
  execFileSync(node, args, { cwd: consumer.folder, encoding: 'utf8', timeout: 60_000 })

describe.each(nodeVersions())('$name', ({ path }) => {
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

it.each(['express', 'fastify', 'hono', 'nest', 'bullmq'])(
  'loads nothing of Zenith with %s before somebody mounts it',
  (name) => {
    const source = `
    require('${manifest.name}/${name}')
    process.stdout.write(Object.keys(require.cache).filter((file) => /quasar.dist.cjs.zenith/.test(file)).join())
  `
    expect(run(process.execPath, ['-e', source])).toBe('')
  },
)

it.each(schemas)('offers the JSON Schema of a %s by name', (name) => {
  const source = `process.stdout.write(require.resolve('${manifest.name}/schemas/${name}.json'))`
  expect(run(process.execPath, ['-e', source])).toContain(name)
})
