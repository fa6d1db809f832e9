import { spawn } from 'node:child_process'
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { PATHS } from '../../src/zenith/operations.js'
import { ensureBuilt } from '../support/pack.js'
import { freePort } from '../support/redis.js'
import { ask, openStream } from '../zenith/support/http.js'
import { startNginx } from '../zenith/support/nginx.js'
import { BIN, quasar } from './command.js'
import { cookieBy, linkOf } from './link.js'

const PAGE = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }
const patience = { timeout: 20_000, interval: 50 }

beforeAll(() => ensureBuilt())

async function zenith(args?: readonly string[], env?: NodeJS.ProcessEnv) {
  const { running, url } = await closed(args, env)
  return { running, url, link: await linkOf(running) }
}

/** Nothing of this takes a Redis. */
async function closed(args: readonly string[] = [], env: NodeJS.ProcessEnv = {}) {
  const redis = `redis://127.0.0.1:${await freePort()}`
  const running = quasar(['zenith', '--port', '0', '--redis', redis, ...args], { env })
  const url = (await running.said(/Zenith is at (\S+)/)).replace(/\/$/, '')
  return { running, url }
}

describe('quasar zenith without auth', () => {
  it('opens by its link, once, for the browser that opened it', async () => {
    const { running, url, link } = await zenith()
    const opening = await ask(link, { headers: PAGE })
    expect([opening.status, new URL(opening.headers.location ?? '', link).href]).toEqual([303, `${url}/`])
    expect(opening.headers['referrer-policy']).toBe('no-referrer')
    expect(opening.headers['cache-control']).toBe('no-store')
    const [line = ''] = opening.headers['set-cookie'] ?? []
    expect(line).toMatch(/^quasar_link_\d+=[\w.-]+; Max-Age=604800; Path=\/; HttpOnly; SameSite=Strict$/)
    const headers = { ...PAGE, cookie: line.split(';', 1)[0] }
    const session = await ask(`${url}/api/session`, { headers })
    expect(session.json()).toMatchObject({ user: null, role: 'admin' })
    await running.said(/The link was opened\. Restart Zenith/)

    const again = await ask(link, { headers })
    expect([again.status, again.headers['set-cookie']]).toEqual([303, undefined])
    const other = await ask(link, { headers: PAGE })
    expect([other.status, other.headers['set-cookie']]).toEqual([401, undefined])
    expect(other.text).toContain('This link was used already')
    expect(other.text).toContain('newest link that quasar zenith printed')
  })

  it('answers everything else with 401: pages to a browser, JSON to programs and for the API', async () => {
    const { url, link } = await zenith()
    for (const path of [
      ...PATHS,
      '/login',
      '/login.css',
      '/logout',
      '/favicon.svg',
      '/api',
      '/nothing',
      '/login/link/',
    ]) {
      const answer = await ask(url + path, { headers: PAGE })
      const type = path.startsWith('/api') ? /^application\/json/ : /^text\/html/
      expect([path, answer.status]).toEqual([path, 401])
      expect(answer.headers['content-type']).toMatch(type)
    }
    const json = await ask(`${url}/`, { headers: { accept: 'application/json' } })
    expect([json.status, json.json()]).toMatchObject([401, { error: { code: 'unauthorized' } }])
    const stream = await ask(`${url}/api/stream`, { headers: { accept: 'text/event-stream' } })
    expect([stream.status, stream.json()]).toMatchObject([401, { error: { message: expect.stringContaining('link') } }])
    // None of it used the link up.
    expect((await ask(link)).status).toBe(303)
  })

  it('shows a page that loads nothing and runs nothing', async () => {
    const { url } = await zenith()
    const { text, headers } = await ask(`${url}/any/where`, { headers: PAGE })
    expect(text).not.toMatch(/<script|<link rel="stylesheet"|src=/)
    expect(headers['content-security-policy']).toMatch(/^default-src 'none'; style-src 'sha256-[^']+'; img-src data:; /)
  })

  it('streams to the browser that opened it', async () => {
    const { url, link } = await zenith()
    const stream = await openStream(`${url}/api/stream`, { cookie: await cookieBy(link) })
    onTestFinished(() => stream.close())
    await stream.next()
    expect(stream.status).toBe(200)
  })

  it('is not opened by what only looks ahead', async () => {
    const { link } = await zenith()
    expect((await ask(link, { method: 'HEAD' })).status).toBe(401)
    expect((await ask(link, { method: 'POST' })).status).toBe(401)
    for (const headers of [{ 'sec-purpose': 'prefetch;prerender' }, { purpose: 'prefetch' }, { 'x-moz': 'prefetch' }]) {
      expect((await ask(link, { headers })).status).toBe(401)
    }
    expect((await ask(link)).status).toBe(303)
  })

  it.each<Record<string, string>>([
    { host: 'evil.example' },
    { host: 'localhost.evil.example' },
    { 'x-forwarded-for': '127.0.0.1' },
    { forwarded: 'for=127.0.0.1' },
    { 'x-real-ip': '127.0.0.1' },
    { via: '1.1 localhost' },
    { 'x-forwarded-proto': 'http' },
  ])('opens to nobody with %j, by link or by cookie, and says why', async (headers) => {
    const { url, link } = await zenith()
    expect((await ask(link, { headers })).status).toBe(401)
    const cookie = await cookieBy(link)
    const answer = await ask(`${url}/api/session`, { headers: { ...headers, cookie } })
    expect([answer.status, answer.text]).toEqual([401, expect.stringContaining('--auth-user')])
    expect(answer.text).toMatch(/Host is not a name|says that a proxy/)
  })

  it('prints the link and tells of it nowhere else', async () => {
    const { running, url, link } = await zenith()
    const token = link.split('/').at(-1) ?? ''
    const cookie = await cookieBy(link)
    const paths = [link.slice(url.length), `/api/nothing?token=${token}`, `/${token}`, '/', '/api/audit']
    for (const path of paths) {
      for (const headers of [{ ...PAGE }, { ...PAGE, cookie }, { host: 'evil.example' }]) {
        const answer = await ask(url + path, { headers })
        expect(answer.text + JSON.stringify(answer.headers)).not.toContain(token)
      }
    }
    expect(running.stdout.split(token)).toHaveLength(2)
    expect(running.stderr).not.toContain(token)
  })

  it('ends its link and its sessions when it ends; with QUASAR_SECRET the sessions stay', async () => {
    const port = String(await freePort())
    for (const [env, status] of [
      [{}, 401],
      [{ QUASAR_SECRET: 'a secret of 16 characters and more' }, 200],
    ] as const) {
      const first = await zenith(['--port', port], env)
      const cookie = await cookieBy(first.link)
      first.running.child.kill('SIGTERM')
      await first.running.ended
      const second = await zenith(['--port', port], env)
      expect((await ask(`${second.url}/api/session`, { headers: { cookie } })).status).toBe(status)
      const old = await ask(first.link, { headers: PAGE })
      expect([old.status, old.text]).toEqual([401, expect.stringContaining('none of this Zenith')])
      second.running.child.kill('SIGTERM')
      await second.running.ended
    }
  })

  it('slows down who guesses links, and opens to the right one', async () => {
    const { url, link } = await zenith()
    const guess = () => ask(`${url}/login/link/${'x'.repeat(43)}`, { headers: PAGE })
    const guesses = []
    for (let count = 0; count < 12; count++) guesses.push(await guess())
    expect(guesses.map(({ status }) => status)).toEqual([...Array(10).fill(401), 429, 429])
    expect(Number(guesses.at(-1)?.headers['retry-after'])).toBeGreaterThan(0)
    expect(guesses.at(-1)?.text).toContain('Too many attempts')
    expect((await ask(link)).status).toBe(303)
  })

  it('keeps the cookie below its base path', async () => {
    const { url, link } = await zenith(['--base-path', '/ops/quasar'])
    expect(link.startsWith(`${url}/login/link/`)).toBe(true)
    const opening = await ask(link)
    expect(opening.headers['set-cookie']?.[0]).toContain('; Path=/ops/quasar;')
    expect(new URL(opening.headers.location ?? '', link).href).toBe(`${url}/`)
  })

  it('answers with the sessions of another port in the same browser', async () => {
    const [one, two] = [await zenith(), await zenith()]
    const cookie = `${await cookieBy(one.link)}; ${await cookieBy(two.link)}`
    for (const { url } of [one, two]) {
      expect((await ask(`${url}/api/session`, { headers: { cookie } })).status).toBe(200)
    }
  })
})

const FORMS = [
  ['only proxy_pass', ''],
  ['HTTP/1.1 and nothing else', 'proxy_http_version 1.1; proxy_set_header Connection "";'],
  ['the client’s Host', 'proxy_http_version 1.1; proxy_set_header Host $host;'],
  [
    'the usual headers',
    'proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; proxy_set_header X-Real-IP $remote_addr;',
  ],
] as const

describe('behind nginx', () => {
  it.each(FORMS)('with %s it opens to nobody', async (_, settings) => {
    const { url } = await closed()
    const nginx = await startNginx(`location / {\n      proxy_pass ${url};\n      ${settings}\n    }`)
    onTestFinished(() => nginx.stop())
    for (const path of ['/', '/api/session', '/api/overview', '/api/stream', '/metrics', '/assets/nothing']) {
      for (const host of ['monitor.example', 'localhost']) {
        const answer = await ask(nginx.url + path, { headers: { host } })
        expect([path, host, answer.status]).toEqual([path, host, 401])
      }
    }
  })
})

describe('--open', () => {
  async function withOpener() {
    const folder = await mkdtemp(join(tmpdir(), 'quasar-opener-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    await writeFile(join(folder, 'xdg-open'), `#!/bin/sh\necho "$*" > '${folder}/opened'\n`)
    await chmod(join(folder, 'xdg-open'), 0o755)
    const PATH = `${folder}${delimiter}${process.env.PATH}`
    return {
      PATH,
      opened: () =>
        vi.waitFor(async () => (await readFile(join(folder, 'opened'), 'utf8')).trim() || never(), patience),
    }
  }

  it('hands the browser a file that only this user can read, and removes it when the link was opened', async () => {
    const { PATH, opened } = await withOpener()
    const { link } = await zenith(['--open'], { PATH })
    const file = await opened()
    expect(file).not.toContain(link.split('/').at(-1))
    expect([(await stat(file)).mode & 0o777, (await stat(dirname(file))).mode & 0o777]).toEqual([0o600, 0o700])
    expect(await readFile(file, 'utf8')).toContain(`content="0; url=${link}"`)
    expect((await ask(link)).status).toBe(303)
    await vi.waitFor(() => expect(stat(dirname(file))).rejects.toThrow('ENOENT'), patience)
  })

  it('removes the file when it ends', async () => {
    const { PATH, opened } = await withOpener()
    const { running } = await zenith(['--open'], { PATH })
    const file = await opened()
    running.child.kill('SIGTERM')
    await running.ended
    await expect(stat(dirname(file))).rejects.toThrow('ENOENT')
  })

  it('opens the page itself where people log in', async () => {
    const { PATH, opened } = await withOpener()
    const running = quasar(['zenith', '--port', '0', '--open', '--bearer', 'token-1'], { env: { PATH } })
    const url = await running.said(/Zenith is at (\S+)/)
    expect(await opened()).toBe(url)
  })

  it('does without a browser where there is none', async () => {
    const { link } = await zenith(['--open'], { PATH: '/nonexistent' })
    expect((await ask(link)).status).toBe(303)
  })
})

describe('at a terminal', () => {
  /** Runs it with a terminal of its own (util-linux' `script`). */
  function atTerminal() {
    const command = `"${process.execPath}" ${BIN} zenith --port 0 --redis redis://127.0.0.1:1`
    const child = spawn('script', ['-qefc', command, '/dev/null'], { stdio: ['pipe', 'pipe', 'ignore'] })
    onTestFinished(() => void child.kill('SIGTERM'))
    let output = ''
    child.stdout.on('data', (part) => (output += part))
    const links = () => output.match(/http:\/\/\S+\/login\/link\/[\w-]{43}/g) ?? []
    return { child, links, output: () => output }
  }

  it('prints another link at Enter, which ends the one before', async () => {
    const { child, links, output } = atTerminal()
    await vi.waitFor(() => expect(links()).toHaveLength(1), patience)
    child.stdin.write('\r')
    await vi.waitFor(() => expect(links()).toHaveLength(2), patience)
    const [first = '', second = ''] = links()
    const old = await ask(first, { headers: PAGE })
    expect([old.status, old.text]).toEqual([401, expect.stringContaining('has expired')])
    expect((await ask(second)).status).toBe(303)
    await vi.waitFor(() => expect(output()).toContain('Press Enter for'), patience)
  })
})

function never(): never {
  throw new Error('Not yet')
}
