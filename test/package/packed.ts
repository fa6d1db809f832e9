import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { runtimeProgram } from '../support/runtimes.js'

const root = process.cwd()

/** Every subpath with code and what the docs say it exports. */
export const documented: Readonly<Record<string, readonly string[]>> = {
  '.': ['startQuasar', 'captureException', 'nameRequest', 'Monitored', 'SlowJob', 'QuasarError', 'isQuasarError'],
  './protocol': ['parseHeartbeat', 'encodeHeartbeat', 'keysOf', 'Sketch'],
  './express': ['quasar', 'quasarErrorHandler'],
  './fastify': ['default', 'quasarPlugin', 'zenithPlugin'],
  './hono': ['quasar', 'quasarFetch'],
  './nest': ['QuasarModule', 'ZenithModule', 'QuasarService', 'Monitored', 'SlowJob', 'SkipQuasar'],
  './bullmq': ['monitorWorker', 'monitorQueue'],
  './auto': [],
  './graphql': ['quasarGraphql'],
  './queues/bullmq': ['bullmqQueues'],
  './queues/bull': ['bullQueues'],
  './queues/laravel': ['laravelQueues'],
  './queues/gravito-stream': ['gravitoStreamQueues'],
  './queues/sqs': ['sqsQueues'],
  './queues/redis-list': ['redisListQueues'],
  './stores/redis': ['redisStore'],
  './stores/memory': ['memoryStore'],
  './archive/postgres': ['postgresArchive'],
  './archive/sqlite': ['sqliteArchive'],
  './zenith': ['createZenith', 'toNodeHandler'],
}

export interface Manifest {
  readonly name: string
  readonly dependencies: Readonly<Record<string, string>>
  readonly peerDependencies: Readonly<Record<string, string>>
  readonly peerDependenciesMeta: Readonly<Record<string, { optional?: boolean }>>
  readonly exports: Readonly<Record<string, unknown>>
  readonly typesVersions: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>
}

export const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest

export interface PackedFile {
  readonly path: string
  readonly size: number
}

export interface Packed {
  readonly tarball: string
  readonly files: readonly PackedFile[]
  /** Bytes of the tarball and of what is in it. */
  readonly size: number
  readonly unpackedSize: number
  /** Removes the tarball. */
  remove(): void
}

/** npm without what the npm that runs the tests has set for its own folder. */
function npm(args: readonly string[], cwd: string): string {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => name !== 'npm_config_local_prefix'))
  return execFileSync('npm', [...args, '--no-audit', '--no-fund', '--ignore-scripts'], {
    cwd,
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

/** Packs what was built, as `npm publish` does. */
export function pack(): Packed {
  if (!existsSync(join(root, 'dist/esm/index.js'))) throw new Error('Nothing is built: npm run build')
  const folder = mkdtempSync(join(tmpdir(), 'quasar-packed-'))
  const answer = JSON.parse(npm(['pack', '--json', '--pack-destination', folder], root)) as unknown
  // npm 11 answers with a list, npm 12 with an object by name.
  const [packed] = Object.values(answer as Record<string, Omit<Packed, 'tarball' | 'remove'> & { filename: string }>)
  if (!packed) throw new Error('npm pack gave no file')
  return {
    tarball: join(folder, packed.filename),
    files: packed.files,
    size: packed.size,
    unpackedSize: packed.unpackedSize,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

export interface Consumer {
  readonly folder: string
  remove(): void
}

/** A folder of somebody who has installed the package, with the frameworks linked to those that are installed here. */
export function installConsumer(packed: Packed, frameworks: readonly string[] = []): Consumer {
  const folder = mkdtempSync(join(tmpdir(), 'quasar-consumer-'))
  writeFileSync(join(folder, 'package.json'), '{"name": "consumer", "private": true}\n')
  npm(['install', '--omit=dev', '--prefer-offline', packed.tarball], folder)
  for (const name of frameworks) link(name, join(folder, 'node_modules', name))
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

function link(name: string, to: string) {
  if (existsSync(to)) return
  mkdirSync(dirname(to), { recursive: true })
  symlinkSync(join(root, 'node_modules', name), to)
}

export interface NodeVersion {
  readonly name: string
  readonly path: string
}

/** The running Node, and Node 22, 24 and 26 where test/installs/runtimes has them for this platform. */
export function nodeVersions(): NodeVersion[] {
  const own = nodeAt(process.execPath)
  const others = ['node22', 'node24', 'node26'].flatMap((name) => nodeAt(runtimeProgram(name)))
  if (others.length > 0) return [...own, ...others]
  return own.map(({ name, path }) => ({ name: `${name} (no other Node for this platform)`, path }))
}

/** None when it is not there or does not run here. */
function nodeAt(path: string): NodeVersion[] {
  const { status, stdout } = spawnSync(path, ['-p', 'process.versions.node'], { encoding: 'utf8' })
  return status === 0 ? [{ name: `Node ${stdout.trim()}`, path }] : []
}
