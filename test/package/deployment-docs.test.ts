import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { readOptions } from '../../src/cli/arguments/options.js'
import { settingsOf, ZENITH_OPTIONS } from '../../src/cli/commands/zenith-options.js'
import { createZenith } from '../../src/runtime/create-zenith.js'
import { memoryStore } from '../../src/stores/memory/index.js'
import { PATHS } from '../../src/zenith/operations.js'
import { blocksOf } from '../support/docs-blocks.js'

const PAGE = 'docs/deployment.md'
const text = readFileSync(PAGE, 'utf8')

type Variables = Record<string, string>
interface Probe {
  readonly httpGet?: { readonly path: string; readonly port: number }
  readonly tcpSocket?: { readonly port: number }
}
interface Container {
  readonly name: string
  readonly command?: readonly string[]
  readonly ports?: readonly { readonly containerPort: number }[]
  readonly envFrom?: readonly { readonly secretRef: { readonly name: string } }[]
  readonly env?: readonly { readonly name: string; readonly value: string }[]
  readonly readinessProbe?: Probe
  readonly livenessProbe?: Probe
}
interface Deployment {
  readonly kind: 'Deployment'
  readonly metadata: { readonly name: string }
  readonly spec: {
    readonly selector: { readonly matchLabels: Variables }
    readonly template: {
      readonly metadata: { readonly labels: Variables }
      readonly spec: { readonly containers: Container[] }
    }
  }
}
interface Service {
  readonly kind: 'Service'
  readonly metadata: { readonly name: string }
  readonly spec: {
    readonly selector: Variables
    readonly ports: readonly { readonly port: number; readonly targetPort: number }[]
  }
}

const yamlFences = [...text.matchAll(/^```(yaml[^\n]*)$/gm)].map(([, fence = '']) => fence)
const blockOf = (fence: string) => blocksOf(PAGE, fence).join('')
const objectsOf = (fence: string) => parseAllDocuments(blockOf(fence)).map((document) => document.toJS())
const kubernetes: readonly { kind: string }[] = ['yaml app', 'yaml zenith', 'yaml ingress', 'yaml metrics'].flatMap(
  objectsOf,
)
const deployments = kubernetes.filter((one): one is Deployment => one.kind === 'Deployment')
const services = kubernetes.filter((one): one is Service => one.kind === 'Service')
const compose: {
  services: Record<string, { command?: string[]; environment?: Variables; ports?: string[] }>
} = parse(blockOf('yaml compose'))

/** What an option takes, for the secrets that a reader makes with a command. */
const SECRETS: Variables = {
  QUASAR_AUTH_PASSWORD_HASH: `scrypt:16384:8:1:${'s'.repeat(22)}:${'h'.repeat(43)}`,
  QUASAR_SECRET: 's'.repeat(44),
  QUASAR_BEARER: 'b'.repeat(64),
}

/** The secrets that the page's commands create, by name. */
const secrets = Object.fromEntries(
  [...text.matchAll(/kubectl create secret generic (\S+)((?: \\\n.*?(?= \\\n|\n))+)/g)].map(
    ([, name = '', literals = '']) => {
      const pairs = [...literals.matchAll(/--from-literal=(\w+)=(?:'([^']*)'|"[^\n]*"|(\S+))/g)]
      return [
        name,
        Object.fromEntries(pairs.map(([, key = '', quoted, plain]) => [key, quoted ?? plain ?? SECRETS[key] ?? ''])),
      ]
    },
  ),
)

function environmentOf({ envFrom = [], env = [] }: Container): Variables {
  const own = Object.fromEntries(env.map(({ name, value }) => [name, value]))
  return Object.assign({}, ...envFrom.map(({ secretRef }) => secrets[secretRef.name]), own)
}

const containers = deployments.flatMap(({ metadata, spec }) =>
  spec.template.spec.containers.map((container) => ({ name: metadata.name, container, env: environmentOf(container) })),
)
const [zenithEnv, zenithProbe] = [parse(blockOf('yaml zenith-env')), parse(blockOf('yaml zenith-probe'))]

/** Every Zenith of the page: how it is started, and what asks whether it is well. */
const zeniths: { name: string; args: readonly string[]; env: Variables; probes: readonly Probe[] }[] = [
  ...containers
    .filter(({ container }) => container.command?.includes('zenith'))
    .map(({ name, container, env }) => ({
      name,
      args: container.command?.slice(3) ?? [],
      env,
      probes: [container.readinessProbe, container.livenessProbe].flatMap((probe) => probe ?? []),
    })),
  ...Object.entries(compose.services)
    .filter(([, { command }]) => command?.includes('zenith'))
    .map(([name, { command = [], environment = {} }]) => {
      const env = Object.entries(environment).map(([key, value]) => [
        key,
        value.startsWith('${') ? SECRETS[key] : value,
      ])
      return { name: `${name} of Compose`, args: command.slice(3), env: Object.fromEntries(env), probes: [] }
    }),
]
const plain = zeniths.find(({ name }) => name === 'zenith')
if (plain) {
  const env = { ...plain.env, ...environmentOf({ name: 'zenith', env: zenithEnv }) }
  zeniths.push({ ...plain, name: 'zenith below a path', env, probes: [zenithProbe] })
}

function start({ args, env }: { args: readonly string[]; env: Variables }) {
  return settingsOf(readOptions(args, ZENITH_OPTIONS, env).values, env)
}

/** Variables that some source reads. */
function variablesRead(): ReadonlySet<string> {
  const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((file) =>
    /(?<!generated)\.ts$/.test(file),
  )
  const found = files.flatMap((file) => [
    ...readFileSync(join('src', file), 'utf8').matchAll(/(?:\benv\.|')((?:QUASAR_[A-Z_]+|REDIS_URL))\b/g),
  ])
  return new Set(found.map(([, name = '']) => name))
}

describe('docs/deployment.md', () => {
  it('has YAML that parses, without a key twice and without a warning', () => {
    expect(yamlFences.length).toBeGreaterThan(5)
    for (const fence of yamlFences) {
      for (const document of parseAllDocuments(blockOf(fence))) {
        expect([...document.errors, ...document.warnings].map(({ message }) => `${fence}: ${message}`)).toEqual([])
      }
    }
  })

  it('names no variable that nothing reads', () => {
    const named = new Set([...text.matchAll(/\b(QUASAR_[A-Z_]+|REDIS_URL)\b/g)].map(([, name = '']) => name))
    const known = variablesRead()
    expect(named.size).toBeGreaterThan(8)
    expect([...named].filter((name) => !known.has(name.replace(/_FILE$/, '')))).toEqual([])
  })

  it('names no option of `quasar` and no path of its API that is not there', () => {
    const options = [...text.matchAll(/`--([a-z-]+)/g)].map(([, name = '']) => name)
    expect(options.length).toBeGreaterThan(0)
    expect(options.filter((name) => !Object.hasOwn(ZENITH_OPTIONS, name))).toEqual([])
    const paths = [...text.matchAll(/(\/api\/[\w/.-]*\w)/g)].map(([, path = '']) => path)
    expect(paths.length).toBeGreaterThan(0)
    expect(paths.filter((path) => !PATHS.includes(path))).toEqual([])
  })

  it('gives the recipes’ containers only secrets that its commands create, and variables that Quasar or Node reads', () => {
    expect(Object.keys(secrets)).toEqual(['quasar-app', 'quasar-zenith', 'quasar-metrics'])
    const known = variablesRead()
    const isKnown = (name: string) => known.has(name) || name.startsWith('NODE_')
    for (const { container, env } of containers) {
      for (const { secretRef } of container.envFrom ?? []) expect(secrets).toHaveProperty(secretRef.name)
      expect(Object.entries(env).filter(([name, value]) => !isKnown(name) || value === '')).toEqual([])
    }
  })
})

describe.each(zeniths)('$name', (zenith) => {
  it('starts with its command and variables, open to other machines and with a way in', () => {
    const { host, isLocalOnly } = start(zenith)
    expect([host, isLocalOnly]).toEqual(['0.0.0.0', false])
  })

  it('answers its probes without a log-in and without Redis', async () => {
    const { zenith: options, port } = start(zenith)
    const { redis: _redis, ...rest } = options
    const store = { ...memoryStore(), nodes: () => Promise.reject(new Error('ECONNREFUSED')) }
    const opened = createZenith({ ...rest, store })
    onTestFinished(() => opened.close())
    for (const { httpGet, tcpSocket } of zenith.probes) {
      expect(httpGet?.port ?? tcpSocket?.port).toBe(port)
      if (!httpGet) continue
      const request = new Request(`http://10.0.0.7:${port}${httpGet.path}`, {
        headers: { 'user-agent': 'kube-probe/1.32' },
      })
      expect((await opened.fetch(request, { peer: '10.0.0.1' })).status).toBe(200)
    }
  })
})

describe('on Kubernetes', () => {
  it.each(deployments)('the pods of $metadata.name are those that it selects', ({ spec }) => {
    expect(spec.template.metadata.labels).toEqual(spec.selector.matchLabels)
  })

  it.each(services)('the service $metadata.name leads to a port of its pods', ({ spec }) => {
    const [deployment] = deployments.filter(({ spec: { template } }) => {
      return Object.entries(spec.selector).every(([label, value]) => template.metadata.labels[label] === value)
    })
    const open = deployment?.spec.template.spec.containers.flatMap(({ ports = [] }) =>
      ports.map((one) => one.containerPort),
    )
    for (const { targetPort } of spec.ports) expect(open).toContain(targetPort)
  })

  it('the ingress leads to a service, by the path that Zenith is told', () => {
    const [{ spec }] = objectsOf('yaml ingress')
    const [{ path, backend }] = spec.rules[0].http.paths
    const service = services.find(({ metadata }) => metadata.name === backend.service.name)
    expect(service?.spec.ports.map(({ port }) => port)).toContain(backend.service.port.number)
    expect(zenithEnv).toContainEqual({ name: 'QUASAR_BASE_PATH', value: path })
  })

  it('a service called `quasar` sets a variable that `quasar zenith` ignores', () => {
    const injected = { QUASAR_PORT: 'tcp://10.0.0.1:80', QUASAR_SERVICE_HOST: '10.0.0.1', QUASAR_SERVICE_PORT: '80' }
    expect(() => start({ args: [], env: injected })).not.toThrow()
  })

  it('without a log-in or a token, Zenith refuses to listen to other machines', () => {
    expect(() => start({ args: [], env: { QUASAR_HOST: '0.0.0.0' } })).toThrow(/exposes the page/)
  })
})

describe('in Docker', () => {
  it('the app is what gets the signal', () => {
    const [command] = /^CMD (.*)$/m.exec(blockOf('dockerfile'))?.slice(1) ?? []
    expect(JSON.parse(command ?? '')).toEqual(['node', 'app.js'])
  })

  it.each(['js app', 'js redis-options'])('%s is JavaScript', (fence) => {
    const { status, stderr } = spawnSync(process.execPath, ['--check', '--input-type=module'], {
      input: blockOf(fence),
    })
    expect([status, String(stderr)]).toEqual([0, ''])
  })
})
