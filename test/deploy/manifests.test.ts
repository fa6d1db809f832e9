import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { readOptions } from '../../src/cli/arguments/options.js'
import { settingsOf, ZENITH_OPTIONS } from '../../src/cli/commands/zenith-options.js'
import { agentBinary, hasGo } from '../support/go-agent.js'
import { hasPython, linter } from './support/linters.js'

interface Container {
  readonly image: string
  readonly env?: readonly { readonly name: string; readonly value?: string }[]
  readonly envFrom: readonly { readonly secretRef: { readonly name: string } }[]
}
interface Manifest {
  readonly kind: string
  readonly metadata: { readonly name: string }
  readonly spec: { readonly template?: { readonly spec: { readonly containers: readonly Container[] } } }
}
interface Compose {
  readonly services: Readonly<
    Record<
      string,
      { readonly environment?: Readonly<Record<string, string>>; readonly build?: { readonly dockerfile: string } }
    >
  >
}

const read = (path: string) => readFileSync(join('deploy', path), 'utf8')
const manifests = ['zenith.yaml', 'agent.yaml'].flatMap((name) => {
  return parseAllDocuments(read(`kubernetes/${name}`)).map((document) => document.toJS() as Manifest)
})
const containers = manifests.flatMap(({ spec }) => spec.template?.spec.containers ?? [])
const readme = read('README.md')

describe.runIf(hasPython)('the linters find nothing', () => {
  test.each(['zenith', 'agent'])('in the image of %s', (name) => {
    const { status, stdout } = spawnSync(
      linter('hadolint'),
      ['--failure-threshold', 'warning', `deploy/docker/${name}.Dockerfile`],
      { encoding: 'utf8' },
    )
    expect([status, stdout]).toEqual([0, expect.not.stringMatching(/error|warning/)])
  })

  test.each(['zenith.yaml', 'agent.yaml'])('in the manifest %s', (name) => {
    const args = ['--strict', join('deploy/kubernetes', name)]
    const { status, stdout, stderr } = spawnSync(linter('kubernetes-validate'), args, { encoding: 'utf8' })
    expect([status, `${stdout}${stderr}`]).toEqual([0, expect.not.stringContaining('ERROR')])
  })
})

test('kustomize names every manifest', () => {
  const { resources } = parse(read('kubernetes/kustomization.yaml'))
  const files = readdirSync('deploy/kubernetes').filter((name) => name !== 'kustomization.yaml')
  expect([...resources].sort()).toEqual(files.sort())
})

test('the commands create the secrets that the manifests need', () => {
  const needed = containers.flatMap(({ envFrom }) => envFrom.map(({ secretRef }) => secretRef.name))
  for (const name of needed) expect(readme).toContain(`create secret generic ${name} `)
})

/** Variables of Zenith as it is deployed, with secrets that a person adds. */
function zenithSettings(variables: Readonly<Record<string, string>>) {
  const env = { QUASAR_REDIS_URL: 'redis://redis:6379', QUASAR_SECRET: 's'.repeat(44), ...variables }
  const known = new Set(Object.values(ZENITH_OPTIONS).map(({ env }: { env?: string }) => env))
  for (const name of Object.keys(variables)) {
    if (name.startsWith('QUASAR_')) expect(known, name).toContain(name)
  }
  return settingsOf(readOptions([], ZENITH_OPTIONS, env).values, env)
}

test('Zenith accepts the settings of its pod', () => {
  const zenith = containers.find(({ image }) => image.startsWith('gravito/quasar:'))
  const variables = Object.fromEntries((zenith?.env ?? []).map(({ name, value }) => [name, value ?? '']))
  expect(zenithSettings(variables)).toMatchObject({ host: '0.0.0.0' })
})

/** The settings in force, each with the variable that it comes from. */
function agentSettings(variables: Readonly<Record<string, string>>): string {
  const env = { QUASAR_REDIS_URL: 'redis://redis:6379', ...variables }
  const { status, stdout, stderr } = spawnSync(agentBinary(), ['--check'], { env, encoding: 'utf8' })
  expect([status, stderr]).toEqual([0, ''])
  for (const name of Object.keys(variables)) expect(stdout).toContain(`(${name})`)
  return stdout
}

test.runIf(hasGo)('the agent accepts the settings of its pod and of Compose', () => {
  const agent = containers.find(({ image }) => image.startsWith('gravito/quasar-agent:'))
  const variables = Object.fromEntries((agent?.env ?? []).map(({ name, value }) => [name, value ?? 'node-7']))
  expect(agentSettings(variables)).toContain('hostname: node-7  (QUASAR_HOSTNAME)')
  const { services } = parse(read('compose/compose.yaml')) as Compose
  expect(agentSettings(services.agent?.environment ?? {})).toContain('proc: /host/proc')
})

describe('Compose', () => {
  const files = [
    ['compose.yaml', ''],
    ['compose.yaml', 'compose.postgres.yaml'],
  ]
  const environment = { POSTGRES_PASSWORD: 'p'.repeat(32) }
  const composeOf = (names: readonly string[]) => names.map((name) => parse(read(`compose/${name}`)) as Compose)

  test.each(files)('builds from files that exist, and Zenith accepts its settings: %s %s', (...given) => {
    const names = given.filter(Boolean)
    const all = composeOf(names)
    for (const { services } of all) {
      for (const { build } of Object.values(services)) if (build) expect(existsSync(build.dockerfile)).toBe(true)
    }
    const variables = Object.assign({}, ...all.map(({ services }) => services.zenith?.environment))
    const filled = Object.entries(variables).map(([name, value]) => {
      return [name, String(value).replace(/\$\{POSTGRES_PASSWORD[^}]*\}/, environment.POSTGRES_PASSWORD)]
    })
    zenithSettings(Object.fromEntries(filled))
  })

  const hasCompose = spawnSync('docker-compose', ['version']).status === 0

  test.runIf(hasCompose).each(files)('is read by docker-compose: %s %s', (...given) => {
    const names = given.filter(Boolean)
    const args = [...names.flatMap((name) => ['-f', join('deploy/compose', name)]), 'config', '--quiet']
    const { status, stderr } = spawnSync('docker-compose', args, {
      env: { ...process.env, ...environment },
      encoding: 'utf8',
    })
    expect([status, stderr]).toEqual([0, ''])
  })
})
