import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { arch, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { agentBinary, hasGo } from '../support/go-agent.js'

const SCRIPT = resolve('deploy/install.sh')
const NAME = `quasar-agent-linux-${arch() === 'x64' ? 'amd64' : 'arm64'}`

/** Files of a server of releases, by path. */
let files: Record<string, Buffer | string>
let server: Server
let from: string
let folder: string

beforeAll(async () => {
  server = createServer(({ url = '' }, response) => {
    const file = files[url.slice(1)]
    response.writeHead(file === undefined ? 404 : 200).end(file)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  from = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => server?.close())
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'quasar-install-'))
  // Others than root install, too.
  chmodSync(folder, 0o777)
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const sumOf = (file: Buffer | string) => createHash('sha256').update(file).digest('hex')

/** A release as it is published: of a binary that prints its version. */
function release(binary: Buffer | string = '#!/bin/sh\necho 0.1.0\n') {
  files = { [NAME]: binary, SHA256SUMS: `${'0'.repeat(64)}  quasar-agent-other\n${sumOf(binary)}  ${NAME}\n` }
}

/** The server answers from this process, so the script must not block it. */
async function run(program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const child = spawn(program, args, { env: { PATH: process.env.PATH, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
  const [code] = await once(child, 'close')
  return { code, output }
}

const install = (args: readonly string[] = [], env: NodeJS.ProcessEnv = {}) => {
  return run('sh', [SCRIPT, '--from', from, '--bin-dir', join(folder, 'bin'), '--no-service', ...args], env)
}
const installed = () => (existsSync(join(folder, 'bin')) ? readdirSync(join(folder, 'bin')) : [])

test('installs a binary whose checksum is right, and no more', async () => {
  release()
  const { code, output } = await install()
  expect([code, output]).toEqual([0, expect.stringContaining(`Installed ${folder}/bin/quasar-agent`)])
  expect(installed()).toEqual(['quasar-agent'])
  expect(readFileSync(join(folder, 'bin/quasar-agent'), 'utf8')).toBe(files[NAME])
})

test.runIf(hasGo)('installs the agent itself', async () => {
  release(readFileSync(agentBinary()))
  expect(await install()).toMatchObject({ code: 0 })
  const { stdout } = spawnSync(join(folder, 'bin/quasar-agent'), ['--version'], { encoding: 'utf8' })
  expect(stdout).toContain('0.1.0')
})

test('puts a newer one in the place of the old one', async () => {
  release()
  await install()
  release('#!/bin/sh\necho 0.2.0\n')
  expect(await install(['--version', '0.2.0'])).toMatchObject({ code: 0 })
  expect(readFileSync(join(folder, 'bin/quasar-agent'), 'utf8')).toContain('0.2.0')
})

const BROKEN: readonly (readonly [string, () => void, RegExp])[] = [
  [
    'a binary that was changed',
    () => Object.assign(files, { [NAME]: '#!/bin/sh\necho evil\n' }),
    /the checksum of .* is wrong/,
  ],
  [
    'a list without the binary',
    () => Object.assign(files, { SHA256SUMS: `${'0'.repeat(64)}  other\n` }),
    /has no line for/,
  ],
  ['a missing list', () => delete files.SHA256SUMS, /could not download .*SHA256SUMS/],
  ['a missing binary', () => delete files[NAME], /could not download/],
  ['a binary that does not run', () => release('#!/bin/sh\nexit 3\n'), /does not run on this machine/],
]

test.each(BROKEN)('installs nothing from %s', async (_, change, why) => {
  release()
  change()
  const { code, output } = await install()
  expect([code, output]).toEqual([1, expect.stringMatching(why)])
  expect(installed()).toEqual([])
})

test.each([
  [['--nonsense'], /unknown option --nonsense/],
  [['--redis'], /--redis takes a value/],
  [['--redis', 'localhost'], /--redis takes a URL that begins with redis:\/\//],
  [['--version', 'latest'], /--version takes a version such as 0\.1\.0/],
  [['--bin-dir', 'bin'], /--bin-dir takes an absolute path/],
  [['--bin-dir', "/tmp/a'; echo evil; '"], /--bin-dir takes an absolute path/],
])('refuses %j', async (args, why) => {
  release()
  const { code, output } = await install(args)
  expect([code, output]).toEqual([1, expect.stringMatching(why)])
  expect(installed()).toEqual([])
})

test('removes its download, whatever happens', async () => {
  const temporary = join(folder, 'temporary')
  mkdirSync(temporary)
  release()
  await install([], { TMPDIR: temporary })
  files[NAME] = 'other'
  await install([], { TMPDIR: temporary })
  expect(readdirSync(temporary)).toEqual([])
})

const isRoot = process.getuid?.() === 0

test.runIf(isRoot)('needs no root for a folder of the user', async () => {
  release()
  mkdirSync(join(folder, 'bin'))
  chmodSync(join(folder, 'bin'), 0o777)
  const args = [SCRIPT, '--from', from, '--bin-dir', join(folder, 'bin'), '--no-service']
  const { code } = await run('setpriv', ['--reuid=65534', '--regid=65534', '--clear-groups', 'sh', ...args])
  expect([code, installed()]).toEqual([0, ['quasar-agent']])
})

/** Mounts of its own, with an /etc whose changes go elsewhere: the machine stays as it is. */
const canMount =
  isRoot &&
  spawnSync('unshare', [
    '--mount',
    'sh',
    '-c',
    'mount -t tmpfs none /mnt && mkdir -p /mnt/u /mnt/w && mount -t overlay none -o lowerdir=/etc,upperdir=/mnt/u,workdir=/mnt/w /etc',
  ]).status === 0

describe.runIf(canMount)('where systemd runs', () => {
  /** Runs the script; then `after`, which sees what it installed. */
  async function installService(after: string, env: NodeJS.ProcessEnv = {}) {
    const bin = join(folder, 'stubs')
    mkdirSync(bin, { recursive: true })
    writeFileSync(join(bin, 'systemctl'), '#!/bin/sh\necho "systemctl $*"\n', { mode: 0o755 })
    const steps = [
      'mount -t tmpfs none /mnt && mkdir -p /mnt/u /mnt/w',
      'mount -t overlay none -o lowerdir=/etc,upperdir=/mnt/u,workdir=/mnt/w /etc',
      `sh ${SCRIPT} --from ${from} --bin-dir ${folder}/bin`,
      after,
    ]
    const settings = { PATH: `${bin}:${process.env.PATH}`, QUASAR_SYSTEMD_RUN: folder, ...env }
    return run('unshare', ['--mount', 'sh', '-e', '-c', steps.join('\n')], settings)
  }

  test('installs the unit, a user without a shell, and settings that only root can read', async () => {
    release()
    const { code, output } = await installService(
      'cat /etc/systemd/system/quasar-agent.service; grep quasar-agent /etc/passwd; stat -c "%a %U" /etc/quasar/agent.env; cat /etc/quasar/agent.env /etc/quasar/agent.yaml',
      { QUASAR_REDIS_URL: 'redis://ada:p%40ss$word@localhost:6379', QUASAR_TOKEN: 'a"token\\of-2026' },
    )
    expect([code, output]).toEqual([0, expect.stringContaining('systemctl restart quasar-agent.service')])
    const unit = readFileSync('deploy/systemd/quasar-agent.service', 'utf8')
    expect(output).toContain(unit.replaceAll('/usr/local/bin', `${folder}/bin`))
    expect(output).toMatch(/quasar-agent:x:.*\/usr\/sbin\/nologin/)
    expect(output).toContain('600 root')
    expect(output).toContain('QUASAR_REDIS_URL="redis://ada:p%40ss\\$word@localhost:6379"')
    expect(output).toContain('QUASAR_TOKEN="a\\"token\\\\of-2026"')
  })

  test('leaves settings that are there as they are', async () => {
    release()
    const again = `sh ${SCRIPT} --from ${from} --bin-dir ${folder}/bin --redis redis://other:6379; cat /etc/quasar/agent.env`
    const { code, output } = await installService(again, { QUASAR_REDIS_URL: 'redis://first:6379' })
    expect([code, output]).toEqual([0, expect.stringContaining('Left /etc/quasar/agent.env as it is')])
    expect(output).toContain('QUASAR_REDIS_URL="redis://first:6379"')
    expect(output).not.toContain('redis://other')
  })

  test('is removed again, but for the settings', async () => {
    release()
    const remove = `sh ${SCRIPT} --uninstall --bin-dir ${folder}/bin; ls /etc/quasar /etc/systemd/system; grep quasar-agent /etc/passwd || echo no user`
    const { code, output } = await installService(remove)
    expect([code, installed()]).toEqual([0, []])
    expect(output).toMatch(/agent\.env\nagent\.yaml/)
    expect(output).toContain('no user')
    expect(output.split('\n')).not.toContain('quasar-agent.service')
  })
})

const hasShellcheck = spawnSync('shellcheck', ['--version']).status === 0

test.runIf(hasShellcheck)('has nothing that shellcheck warns of', () => {
  const scripts = [SCRIPT, ...['postinstall', 'preremove'].map((name) => resolve(`deploy/packages/${name}.sh`))]
  const { status, stdout } = spawnSync('shellcheck', scripts, { encoding: 'utf8' })
  expect([status, stdout]).toEqual([0, ''])
})

const hasSystemd = spawnSync('systemd-analyze', ['--version']).status === 0

test.runIf(hasSystemd)('has a unit that systemd reads', () => {
  const unit = join(folder, 'quasar-agent.service')
  const text = readFileSync('deploy/systemd/quasar-agent.service', 'utf8')
  writeFileSync(unit, text.replace('/usr/local/bin/quasar-agent', '/bin/true').replaceAll('=quasar-agent', '=daemon'))
  const { stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', unit], { encoding: 'utf8' })
  expect(stderr.split('\n').filter((line) => line.includes(unit) || line.includes('quasar-agent'))).toEqual([])
})
