import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { nodeVersions } from '../package/packed.js'
import { extent } from '../support/extent.js'
import { packInto } from '../support/pack.js'
import { runProgram } from '../support/program.js'
import { CLASSES, EXPRESS_APPS, NEST_APP } from './express-objects.js'

const atRoot = join(process.cwd(), 'package.json')
const inHost = (name: string) => join(process.cwd(), 'test/hosts', name, 'package.json')

const EXPRESS = { 'Express 4': inHost('express4'), 'Express 5.0': inHost('express50'), 'Express 5': atRoot }
const NEST = { 'Nest 10': inHost('nest10'), 'Nest 11': inHost('nest11'), 'Nest 12': atRoot }

beforeAll(() => Promise.all(['nest10', 'nest11'].map((host) => packInto(host))))

const run = async (node: string, source: string, variant: 'bare' | 'quasar', env: NodeJS.ProcessEnv) => {
  const options = { node, nodeArgs: ['--allow-natives-syntax'], env: { TEST_VARIANT: variant, ...env } }
  const { stdout, stderr } = await runProgram(source, options)
  expect(stderr).toBe('')
  return JSON.parse(stdout) as Record<string, string[]>
}

const NODES = nodeVersions()

// Only the prototypes of Node 20 and 22 are touched.
describe.each(extent(NODES, (one) => one === NODES[0]))(
  'on $name, handlers find the same properties with and without Quasar',
  ({ path: node }) => {
    const compare = async (source: string, env: NodeJS.ProcessEnv) => {
      const bare = await run(node, source, 'bare', env)
      expect(Object.keys(bare).length).toBeGreaterThan(2)
      expect(await run(node, source, 'quasar', env)).toEqual(bare)
    }

    it.each(Object.entries(EXPRESS))('in apps of %s, of many shapes', async (_, path) => {
      await compare(EXPRESS_APPS, { TEST_EXPRESS: path })
    })

    it.each(Object.entries(NEST))('in %s', async (_, path) => {
      await compare(NEST_APP, { TEST_NEST: path })
    })

    it.each(Object.entries(EXPRESS))(
      'of objects that share their hidden classes at the first handler, in %s',
      async (_, path) => {
        expect(await run(node, CLASSES, 'quasar', { TEST_EXPRESS: path })).toEqual([true, true])
      },
    )
  },
)
