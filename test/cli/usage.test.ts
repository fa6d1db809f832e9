import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { ensureBuilt } from '../support/pack.js'
import { run } from './command.js'

beforeAll(() => ensureBuilt())

const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }

describe('quasar', () => {
  it.each([[[]], [['--help']], [['-h']], [['help']]])('shows what it can do: %j', async (args) => {
    const { code, stdout, stderr } = await run(args)
    expect([code, stderr]).toEqual([0, ''])
    for (const word of ['quasar <command>', 'zenith', 'config', 'doctor', 'archive', 'hash-password', '--version'])
      expect(stdout).toContain(word)
  })

  it.each([
    'zenith',
    'config',
    'config check',
    'doctor',
    'archive',
    'archive status',
    'archive export',
    'archive forget',
    'hash-password',
  ])('shows the help of %s', async (command) => {
    const { code, stdout, stderr } = await run([...command.split(' '), '--help'])
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toContain(`Usage: quasar ${command}`)
  })

  it('names every option of zenith with its variable', async () => {
    const { stdout } = await run(['zenith', '--help'])
    const options = [...stdout.matchAll(/^ {2}--([\w-]+)/gm)].map(([, name = '']) => name)
    expect(options.sort()).toEqual([
      'alert-networks',
      'alerts',
      'archive',
      'archive-days',
      'archive-max-bytes',
      'archive-payload-days',
      'archive-payloads',
      'auth-password-hash',
      'auth-role',
      'auth-user',
      'base-path',
      'bearer',
      'config',
      'environment',
      'host',
      'interval',
      'open',
      'payloads',
      'people',
      'port',
      'prefix',
      'proxies',
      'queues',
      'queues-redis',
      'quiet',
      'read-only',
      'redis',
      'require-token',
      'smtp',
      'smtp-from',
      'sso-client-id',
      'sso-client-secret',
      'sso-groups-claim',
      'sso-issuer',
      'sso-logout',
      'sso-name',
      'sso-name-claim',
      'sso-orgs',
      'sso-scopes',
      'token',
      'trace-url',
      'url',
    ])
    expect(stdout.match(/\[QUASAR_\w+\]/g)).toHaveLength(options.length)
  })

  it.each(['--version', '-v'])('says its version: %s', async (option) => {
    expect(await run([option])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' })
  })
})

const HASH = `scrypt:16384:8:1:${'s'.repeat(22)}:${'h'.repeat(43)}`

const SSO = ['--sso-client-id', 'zenith', '--sso-client-secret', 'horse']

describe('what can’t be understood ends with code 2 and one line', () => {
  it.each<[args: string[], env: NodeJS.ProcessEnv, line: RegExp]>([
    [['dance'], {}, /^quasar: there is no command or option "dance"\. See quasar --help\.$/],
    [['toString'], {}, /no command or option "toString"/],
    [['--verbose'], {}, /no command or option "--verbose"/],
    [['zenith', '--prot', '80'], {}, /^quasar zenith: Unknown option '--prot'\. See quasar zenith --help\.$/],
    [['zenith', '--port'], {}, /--port.*argument/],
    [['zenith', '--token', 'short'], {}, /^quasar zenith: --token takes a token of 16 to 256 characters(?!.*short)/],
    [['zenith'], { QUASAR_TOKEN: 'tiny,tiny' }, /^quasar zenith: QUASAR_TOKEN takes a token of 16 (?!.*tiny)/],
    [['zenith', '--archive', 'mysql://ops:hush@db/x'], {}, /^quasar zenith: --archive takes a directory(?!.*hush)/],
    [['zenith', '--archive', 'postgres://ops:hu#sh@db/x'], {}, /--archive takes a directory, a URL such as(?!.*hu)/],
    [['zenith', '--archive-days', '0'], {}, /--archive-days takes a number of days, 1 to 36500/],
    [['zenith', '--archive-max-bytes', '20 apples'], {}, /--archive-max-bytes takes a size, such as 20GB or 500MB/],
    [['zenith', '--archive-payloads', 'some'], {}, /--archive-payloads takes yes or no/],
    [['zenith'], { QUASAR_ARCHIVE_PAYLOADS: 'none' }, /QUASAR_ARCHIVE_PAYLOADS takes yes or no/],
    [['zenith', '--archive', 'none', '--archive-payloads', 'no'], {}, /--archive none keeps nothing: leave out/],
    [['zenith', '--archive', 'none', '--archive-days', '5'], {}, /--archive none keeps nothing: leave out/],
    [
      ['zenith', '--alerts', '/nowhere/alerts.json'],
      {},
      /--alerts takes a JSON file with rules and receivers, or none/,
    ],
    [['zenith', '--url', 'zenith.example.com'], {}, /--url takes the URL of the page/],
    [['zenith', '--smtp', 'smtp://mail.example.com'], {}, /--smtp and --smtp-from need each other/],
    [['zenith', '--alert-networks', 'internal'], {}, /--alert-networks takes addresses and networks/],
    [['zenith', '--people', '--sso-issuer', 'ftp://id.example.com'], {}, /--sso-issuer takes the URL of an issuer/],
    [['zenith', '--people', '--sso-issuer', 'https://id.example.com'], {}, /takes --sso-issuer, --sso-client-id and/],
    [['zenith', '--people'], { QUASAR_SSO_CLIENT_SECRET: 'horse' }, /takes --sso-issuer, --sso-client-id and/],
    [['zenith', ...SSO, '--sso-issuer', 'https://id.example.com'], {}, /--sso-issuer\) takes --people/],
    [
      ['zenith', '--people', ...SSO, '--sso-issuer', 'http://id.example.com'],
      {},
      /--sso-issuer takes the URL of an issuer/,
    ],
    [['zenith', '--people', ...SSO, '--sso-issuer', 'github', '--sso-scopes', 'x'], {}, /--sso-scopes does nothing/],
    [
      ['zenith', '--people', ...SSO, '--sso-issuer', 'https://id.example.com', '--sso-orgs', 'acme'],
      {},
      /--sso-orgs takes --sso-issuer github/,
    ],
    [['zenith', '--require-token'], {}, /--require-token needs --token or QUASAR_TOKEN/],
    [['zenith', '--quiet=1'], {}, /--quiet.*does not take/],
    [['zenith', '--port', 'http'], {}, /--port takes a port, 0 to 65535/],
    [['zenith', '--port', '65536'], {}, /--port takes/],
    [['zenith'], { QUASAR_PORT: '-1' }, /QUASAR_PORT takes a port/],
    [['zenith'], { QUASAR_QUIET: 'maybe' }, /QUASAR_QUIET takes yes or no, or 1 or 0/],
    [['zenith', '--interval', '1'], {}, /--interval takes a number of ms, 50/],
    [['zenith', '--prefix', 'mine'], {}, /--prefix takes a text that ends with a colon/],
    [['zenith', '--base-path', 'ops quasar'], {}, /--base-path takes a path/],
    [['zenith', '--redis', 'http://:horse@localhost'], {}, /--redis takes a URL/],
    [['zenith'], { QUASAR_REDIS_URL: 'localhost:6379/horse' }, /QUASAR_REDIS_URL takes a URL/],
    [['zenith'], { REDIS_URL: 'localhost:6379/horse' }, /REDIS_URL takes a URL/],
    [
      ['zenith', '--queues', 'bullmq,rabbit-horse'],
      {},
      /--queues takes names, comma-separated: bullmq, bull, gravito-stream/,
    ],
    [['zenith', '--queues', 'redis-list'], {}, /--queues takes/],
    [['zenith', '--queues', 'toString'], {}, /--queues takes/],
    [['zenith'], { QUASAR_QUEUES: ',' }, /QUASAR_QUEUES takes/],
    [['zenith', '--queues-redis', 'horse'], {}, /--queues-redis takes a URL/],
    [['zenith', '--payloads', 'all'], {}, /--payloads takes one of viewer, operator, admin/],
    [
      ['zenith', '--trace-url', 'https://tracer.example/horse'],
      {},
      /--trace-url takes an http or https URL with \{traceId\}/,
    ],
    [['zenith'], { QUASAR_TRACE_URL: 'javascript:horse{traceId}' }, /QUASAR_TRACE_URL takes an http or https URL/],
    [['zenith', '--auth-role', 'root', '--bearer', 'horse'], {}, /--auth-role takes one of viewer, operator, admin/],
    [['zenith', '--auth-user', 'ada'], {}, /--auth-user and --auth-password-hash need each other/],
    [['zenith', '--auth-password-hash', HASH], {}, /--auth-user and --auth-password-hash need each other/],
    [['zenith', '--auth-user', 'ada', '--auth-password-hash', 'horse'], {}, /`quasar hash-password`/],
    [['zenith', '--auth-user', 'ada', '--auth-password-hash', 'scrypt:horse'], {}, /hash-password/],
    [['zenith', '--bearer', 'horse', '--auth-user', 'ada'], {}, /--auth-user and --bearer exclude each other/],
    [['zenith'], { QUASAR_SECRET: 'horse', QUASAR_AUTH_USER: 'ada', QUASAR_AUTH_PASSWORD_HASH: HASH }, /QUASAR_SECRET/],
    [
      ['zenith', '--host', '0.0.0.0'],
      {},
      /--host 0\.0\.0\.0 exposes the page to other machines\. Set --people, --auth-user/,
    ],
    [['zenith'], { QUASAR_HOST: '::', NODE_ENV: 'development' }, /--host :: exposes the page to other machines/],
    [['zenith', 'horse'], {}, /accepts only options/],
    [['zenith', '--config', '/nowhere/zenith.yaml'], {}, /\/nowhere\/zenith\.yaml can't be read \(ENOENT\)/],
    [['zenith'], { QUASAR_CONFIG_FILE: '/nowhere' }, /QUASAR_CONFIG_FILE is no variable: QUASAR_CONFIG names the file/],
    [
      ['zenith'],
      { QUASAR_TOKEN_FILE: '/nowhere' },
      /QUASAR_TOKEN_FILE takes a file with the value; \/nowhere can't be/,
    ],
    [['zenith'], { REDIS_URL: 'redis://x', REDIS_URL_FILE: 'x' }, /REDIS_URL and REDIS_URL_FILE exclude each other/],
    [['zenith', '--secret', 'horse'], {}, /Unknown option '--secret'/],
    [['config', 'dance'], {}, /has the commands check/],
    [['config', 'check', 'one.yaml', 'horse'], {}, /accepts one word besides options/],
    [['doctor', '--redis', 'http://:horse@localhost'], {}, /--redis takes a URL/],
    [['doctor'], { REDIS_URL: 'localhost/horse' }, /REDIS_URL takes a URL/],
    [['doctor', '--role', 'root'], {}, /--role takes one of reporter, queues, zenith, operator/],
    [['doctor', '--prefix', 'mine'], {}, /--prefix takes a text that ends with a colon/],
    [['doctor', 'horse'], {}, /accepts only options/],
    [['hash-password', 'horse'], {}, /accepts only options/],
  ])('%j with %j', async (args, env, line) => {
    const { code, stdout, stderr } = await run(args, { env })
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr.trimEnd()).toMatch(line)
    expect(stderr.trimEnd()).not.toContain('\n')
    expect(stderr).not.toContain('horse')
  })
})
