import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core'
import { publint } from 'publint'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { type Consumer, documented, installConsumer, manifest, type Packed, pack } from './packed.js'

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

/** What tar says about the tarball's text, for searching it as a whole. */
function everyText() {
  return execFileSync('tar', ['-xzOf', packed.tarball], { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 })
}

describe('package.json', () => {
  it('exports every documented subpath, the schemas and itself, and nothing else', () => {
    const expected = [...Object.keys(documented), './schemas/*', './package.json']
    expect(Object.keys(manifest.exports).sort()).toEqual(expected.sort())
  })

  it('tells resolvers without exports the same files for types', () => {
    const subpaths = Object.keys(documented).filter((subpath) => subpath !== '.')
    const expected = Object.fromEntries(
      subpaths.map((subpath) => {
        const conditions = manifest.exports[subpath] as { require: { types: string } }
        return [subpath.slice(2), [conditions.require.types]]
      }),
    )
    expect(manifest.typesVersions['*']).toEqual(expected)
  })

  it('asks for no framework', () => {
    for (const name of Object.keys(manifest.peerDependencies)) {
      expect(manifest.peerDependenciesMeta[name], name).toEqual({ optional: true })
    }
    expect(Object.keys(manifest.dependencies).sort()).toEqual(['fastify-plugin', 'ioredis'])
  })
})

describe('the tarball', () => {
  it('satisfies publint, suggestions included', async () => {
    const data = readFileSync(packed.tarball)
    const tarball = data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength)
    const { messages } = await publint({ strict: true, pack: { tarball } })
    expect(messages).toEqual([])
  })

  it('satisfies attw in all four resolutions', async () => {
    const data = createPackageFromTarballData(new Uint8Array(readFileSync(packed.tarball)))
    const checked = await checkPackage(data, { excludeEntrypoints: [/schemas/, './package.json'] })
    if (!checked.types) throw new Error('The tarball has no types')
    expect(Object.keys(checked.entrypoints).sort()).toEqual(Object.keys(documented).sort())
    expect(Object.keys(checked.entrypoints['.']?.resolutions ?? {}).sort()).toEqual([
      'bundler',
      'node10',
      'node16-cjs',
      'node16-esm',
    ])
    expect(checked.problems).toEqual([])
  })

  it('holds what was built, the schemas and the papers only', () => {
    const papers = ['package.json', 'README.md', 'LICENSE', 'CHANGELOG.md', 'dist/THIRD-PARTY-NOTICES.txt']
    const others = packed.files
      .map(({ path }) => path)
      .filter((path) => !papers.includes(path) && !/^(dist\/(esm|cjs)|schemas)\//.test(path))
    expect(others).toEqual([])
    for (const paper of papers) expect(packed.files.map(({ path }) => path)).toContain(paper)
  })

  it('holds no test and no TypeScript source', () => {
    const unwanted = packed.files.map(({ path }) => path).filter((path) => /test|(?<!\.d)\.tsx?$/.test(path))
    expect(unwanted).toEqual([])
  })

  it('holds a source map for each file of code, which names files of the repository and repeats none', () => {
    const paths = packed.files.map(({ path }) => path)
    const hasMap = (path: string) => readFileSync(path, 'utf8').includes(`//# sourceMappingURL=${basename(path)}.map`)
    // One that exports what others hold has no code.
    const code = paths.filter((path) => /^dist\/.*\.js$/.test(path) && hasMap(path))
    expect(code.length).toBeGreaterThan(70)
    expect(code.map((path) => `${path}.map`).filter((path) => !paths.includes(path))).toEqual([])
    for (const path of paths.filter((path) => path.endsWith('.map'))) {
      const map = JSON.parse(readFileSync(path, 'utf8')) as { sources: readonly string[] }
      expect(Object.keys(map)).not.toContain('sourcesContent')
      const files = map.sources.filter((source) => !source.includes('rolldown'))
      expect(files.filter((source) => !existsSync(join(dirname(path), source)))).toEqual([])
    }
  })

  it('leads an error to the line of the repository that threw it', () => {
    const source = "require('./dist/cjs/stores/redis/index.js').redisStore({ redis: 5 })"
    const { stderr } = spawnSync(process.execPath, ['--enable-source-maps', '-e', source], { encoding: 'utf8' })
    expect(stderr).toMatch(/src\/redis\/target\.ts:\d+/)
  })

  it('names no folder of the machine that built it', () => {
    const text = everyText()
    const places = [process.cwd(), homedir(), tmpdir()].filter((place) => text.includes(`${place}/`))
    expect(places).toEqual([])
  })

  it('holds the page as it is for production', () => {
    expect(everyText().includes('jsxDEV'), "React's development build").toBe(false)
  })

  it('is small', () => {
    const kilobytes = (bytes: number) => `${Math.round(bytes / 1024)} KiB`
    process.stdout.write(
      `tarball ${kilobytes(packed.size)}, unpacked ${kilobytes(packed.unpackedSize)}, ${packed.files.length} files\n`,
    )
    expect(packed.size).toBeLessThan(2.4 * 1024 * 1024)
    expect(packed.unpackedSize).toBeLessThan(10_000_000)
  })
})

const WITHOUT_ARCHIVE = /Zenith runs without an archive\. The SQLite archive needs Node 22\.16.*npm install libsql/

describe('an installation', () => {
  it('brings a command that starts as it is', async () => {
    const listed = execFileSync('tar', ['-tvzf', packed.tarball, 'package/dist/esm/cli/bin.js'], { encoding: 'utf8' })
    expect(listed).toMatch(/^-rwxr-xr-x/)
    expect(readFileSync(join(consumer.folder, 'node_modules/.bin/quasar'), 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/)
    const env = { ...process.env, REDIS_URL: '', QUASAR_REDIS_URL: '' }
    const command = ['--no-install', 'quasar', 'zenith', '--port', '0', '--redis', 'redis://127.0.0.1:1']
    // In a group of its own: npx does not hand a signal on to what it started in every version of npm.
    const child = spawn('npx', command, {
      cwd: consumer.folder,
      env,
      detached: true,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    onTestFinished(() => void process.kill(-(child.pid as number), 'SIGKILL'))
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string]
    const url = /^Zenith is at (\S+)$/.exec(line)?.[1]
    const page = await fetch(url ?? line)
    expect([page.status, await page.text()]).toEqual([401, expect.stringContaining('Open Zenith by its link')])
  })

  it('runs Zenith without an archive where nothing has SQLite, names both ways, and refuses an archive that was named', async () => {
    const env = { ...process.env, REDIS_URL: '', QUASAR_REDIS_URL: '', QUASAR_ARCHIVE: '' }
    const command = ['node_modules/.bin/quasar', 'zenith', '--port', '0', '--redis', 'redis://127.0.0.1:1']
    const hasSqlite = process.getBuiltinModule?.('node:sqlite') !== undefined
    const child = spawn(process.execPath, command, { cwd: consumer.folder, env })
    onTestFinished(() => void child.kill('SIGKILL'))
    let said = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => (said += part))
    const line = hasSqlite ? /Zenith archives to \S+quasar-data;/ : WITHOUT_ARCHIVE
    await vi.waitFor(() => expect(said).toMatch(line), { timeout: 60_000, interval: 100 })
    await vi.waitFor(() => expect(said).toMatch(/Zenith is at/), { timeout: 60_000, interval: 100 })
    if (hasSqlite) return
    const named = spawnSync(process.execPath, [...command, '--archive', 'kept'], {
      cwd: consumer.folder,
      env,
      encoding: 'utf8',
    })
    expect([named.status, named.stderr]).toEqual([
      1,
      expect.stringMatching(/^quasar zenith: The SQLite archive needs Node 22\.16.*npm install libsql/),
    ])
  })
})
