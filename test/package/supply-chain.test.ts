import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { type Consumer, installConsumer, manifest, type Packed, pack } from './packed.js'

const MAX_PACKAGES = 12
/** What npm runs by itself when somebody installs from a registry. */
const INSTALL_SCRIPTS = ['preinstall', 'install', 'postinstall']

interface Installed {
  readonly name: string
  readonly version: string
  readonly scripts: Readonly<Record<string, string>>
}

let packed: Packed
let consumer: Consumer

beforeAll(() => {
  packed = pack()
  consumer = installConsumer(packed)
})

afterAll(() => {
  consumer.remove()
  packed.remove()
})

/** Every file of the installation, from its node_modules. */
function files(): string[] {
  return readdirSync(join(consumer.folder, 'node_modules'), { recursive: true, encoding: 'utf8' })
}

/** Every package, whatever the lock file says of it. */
function installed(): Installed[] {
  return files()
    .filter((file) => basename(file) === 'package.json' && isPackage(dirname(file)))
    .map((file) => {
      const text = readFileSync(join(consumer.folder, 'node_modules', file), 'utf8')
      return { scripts: {}, ...(JSON.parse(text) as Omit<Installed, 'scripts'>) }
    })
}

/** `ioredis`, `@ioredis/commands`, `debug/node_modules/ms`; no folder within a package. */
function isPackage(folder: string): boolean {
  const below = folder.split('node_modules/').at(-1) ?? ''
  return below.split('/').length === (below.startsWith('@') ? 2 : 1)
}

it('brings at most 12 packages', () => {
  const names = installed().map(({ name }) => name)
  process.stdout.write(`installs ${names.length} packages: ${names.join(', ')}\n`)
  expect(names).toContain(manifest.name)
  expect(names).toContain('ioredis')
  expect(names.length).toBeLessThanOrEqual(MAX_PACKAGES)
})

it('brings no package that runs a script when it is installed', () => {
  const scripted = installed().flatMap(({ name, scripts }) =>
    INSTALL_SCRIPTS.filter((script) => script in scripts).map((script) => `${name}: ${script}`),
  )
  expect(scripted).toEqual([])
})

it('brings nothing that is built on the machine or was built for one', () => {
  const native = files().filter((file) => basename(file) === 'binding.gyp' || /\.(node|so|dll|dylib|wasm)$/.test(file))
  expect(native).toEqual([])
})

it('is described by an SBOM that names just these packages and no folder', () => {
  const folder = mkdtempSync(join(tmpdir(), 'quasar-sbom-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const out = join(folder, 'sbom.cdx.json')
  execFileSync(process.execPath, ['scripts/sbom.mjs', '--tarball', packed.tarball, '--out', out], { stdio: 'pipe' })
  const text = readFileSync(out, 'utf8')
  const bom = JSON.parse(text) as {
    bomFormat: string
    metadata: { component: { name: string; version: string; purl: string } }
    components: { name: string; version: string; purl: string }[]
    dependencies: { ref: string }[]
  }
  const { component } = bom.metadata
  expect([bom.bomFormat, component.name]).toEqual(['CycloneDX', manifest.name])
  const described = [component, ...bom.components].map(({ name, version }) => `${name}@${version}`)
  expect(described.sort()).toEqual(
    installed()
      .map(({ name, version }) => `${name}@${version}`)
      .sort(),
  )
  expect(bom.dependencies).toHaveLength(described.length)
  expect([tmpdir(), homedir(), process.cwd(), 'file:'].filter((place) => text.includes(place))).toEqual([])
})
