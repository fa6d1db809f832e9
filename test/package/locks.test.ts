import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { manifestOf } from '../matrix/manifest.js'

interface Semver {
  minVersion(range: string): { readonly version: string }
  satisfies(version: string, range: string): boolean
}

interface Locked {
  readonly version?: string
  readonly engines?: { readonly node?: string }
  readonly resolved?: string
}

/** The one that an installed package has: npm judges by the same code. */
const semver = createRequire(createRequire(import.meta.url).resolve('fastify'))('semver') as Semver
const oldestNode = semver.minVersion(manifestOf('.').engines?.node ?? '').version

const FOLDERS = ['.', 'bench', ...readdirSync('test/installs').map((name) => join('test/installs', name))]

function packagesOf(folder: string) {
  const lock = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, Locked>
  }
  return Object.entries(lock.packages)
}

describe.each(FOLDERS)('the lock file of %s', (folder) => {
  it(`installs nothing that warns on Node ${oldestNode}`, () => {
    const packages = packagesOf(folder)
    expect(packages.length).toBeGreaterThan(1)
    const newer = packages.filter(([, { engines }]) => engines?.node && !semver.satisfies(oldestNode, engines.node))
    expect(newer.map(([path, { version, engines }]) => `${path} ${version}: Node ${engines?.node}`)).toEqual([])
  })

  it('names no registry', () => {
    const hosts = packagesOf(folder).flatMap(([, { resolved = '' }]) => (resolved.includes('://') ? [resolved] : []))
    expect(hosts).toEqual([])
  })
})
