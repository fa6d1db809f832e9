import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, test } from 'vitest'
import { readConfig } from '../../../src/cli/commands/zenith-config.js'
import { complaint, fileWith, folder, settings } from './files.js'

describe('a problem is told with line, column, field and what it takes', () => {
  it.each<[content: string, message: RegExp]>([
    ['redis: http://x', /^zenith\.yaml:1:8 redis takes a URL, redis:\/\//],
    ['listen:\n  port: 70000', /^zenith\.yaml:2:9 listen\.port takes a port, 0 to 65535\.$/],
    ['listen:\n  port: "80"', /^zenith\.yaml:2:9 listen\.port takes a number: this is a text\.$/],
    ['listen:\n  port:', /^zenith\.yaml:2:8 listen\.port takes a number: this is empty\.$/],
    ['listen: 80', /:1:9 listen takes the fields host, port, basePath, proxies: this is a number\.$/],
    ['token: 1234567890123456', /:1:8 token takes a text in quotes or a list of texts: this is a number\.$/],
    ['token: short', /:1:8 token takes a token of 16 to 256 characters/],
    ['queues: bullmq', /:1:9 queues takes a list of texts: this is a text\.$/],
    ['queues: [bullmq, 5]', /:1:18 queues\[1\] takes a text in quotes: this is a number\.$/],
    ['queues: [rabbit]', /:1:9 queues takes names, comma-separated/],
    ['queues: []', /:1:9 queues takes names/],
    ['queues:\n  a: b', /:2:3 queues takes a list of texts: this is a map of fields\.$/],
    ['readOnly: false', /:1:11 readOnly takes true or a list of texts: this is true or false\.$/],
    ['open: yes', /:1:7 open takes true or false: this is a text\.$/],
    ['auth:\n  user: a\n  passwordHash: horse', /:3:17 auth\.passwordHash takes what `quasar hash-password` prints/],
    ['auth:\n  passwordHash: 12', /:2:17 auth\.passwordHash takes a text in quotes: this is a number\.$/],
    ['colour: pink', /:1:9 colour takes one of grey, blue, teal, green, amber, red, violet\.$/],
    ['archive:\n  maxBytes: 20 apples', /:2:13 archive\.maxBytes takes a size, such as 20GB or 500MB\.$/],
    ['alerts:\n  file: /nowhere', /:2:9 alerts\.file takes a JSON file with rules and receivers, or none; it can't be/],
    ['- redis', /^zenith\.yaml:1:1 takes the fields redis, /],
    ['? [a]\n: b', /^zenith\.yaml:1:3 takes texts as keys\.$/],
    ['redis: redis://a\nprefix: "a:"\nredis: redis://b', /^zenith\.yaml:3:1 redis is there twice, first on line 1\.$/],
    ['secret: short', /:1:9 secret takes 16 characters or more\.$/],
  ])('%j', (content, message) => {
    expect(complaint(content)).toMatch(message)
  })

  it.each<[content: string, field: string, meant: string | null]>([
    ['listen:\n  prot: 1', 'listen.prot', 'listen.port'],
    ['port: 1', 'port', 'listen.port'],
    ['base-path: /x', 'base-path', 'listen.basePath'],
    ['require_token: true', 'require_token', 'requireToken'],
    ['auth:\n  sso:\n    clientsecret: x', 'auth.sso.clientsecret', 'auth.sso.clientSecret'],
    ['clusters:\n  - redsi: x', 'clusters[0].redsi', 'clusters[0].redis'],
    ['color: red', 'color', 'colour'],
    ['dance: true', 'dance', null],
  ])('the unknown key of %j', (content, field, meant) => {
    const hint = meant === null ? '.' : `; did you mean ${meant}?`
    expect(complaint(content).split('\n').join(' ')).toContain(`${field} is no setting${hint}`)
  })
})

describe('all problems of a file', () => {
  test('are listed at once, in the order of their lines', () => {
    const lines = complaint('token: 5\nlisten:\n  port: x\n  host: 7\nredsi: x').split('\n')
    expect(lines[0]).toBe('zenith.yaml has 4 problems:')
    expect(lines.slice(1).map((line) => line.trim().split(' ')[0])).toEqual([
      'zenith.yaml:1:8',
      'zenith.yaml:3:9',
      'zenith.yaml:4:9',
      'zenith.yaml:5:1',
    ])
  })

  test('are 20 at most, and the number of the others', () => {
    const lines = complaint(
      Array.from({ length: 33 }, (_, index) => `${'ab'[index % 2]}${'x'.repeat(index)}: 1`).join('\n'),
    )
      .trim()
      .split('\n')
    expect([lines[0], lines.length, lines.at(-1)?.trim()]).toEqual(['zenith.yaml has 33 problems:', 22, 'and 13 more.'])
  })
})

describe('YAML that can’t be read', () => {
  it.each<[content: string, message: RegExp]>([
    ['listen:\n\tport: 1', /:2:1 takes spaces for indentation, not tabs/],
    ['listen: {port: 1', /:1:\d+ .*(bracket|brace)/],
    ['redis: "redis://x', /:1:\d+ .*quote/],
    ['redis: redis://a: b', /:1:\d+ .*put a text with a colon and a space into quotes/],
    ['redis: *other', /:1:8 an alias \(\*\) needs an anchor/],
    ['redis: @home', /:1:8 a text that begins with @/],
    ['redis: "\\q"', /:1:\d+ a backslash in double quotes/],
    ['redis: !secret x', /:1:8 takes no tag of YAML/],
    ['redis: a\n---\nredis: b', /:2:1 takes one document/],
    ['redis redis://x\nopen: true', /:1:1 a line has no colon/],
  ])('%j', (content, message) => {
    expect(complaint(content)).toMatch(message)
  })

  it.each<[what: string, content: string]>([
    ['brackets that open', '['.repeat(200_000)],
    ['brackets that close, too', `queues: ${'['.repeat(50_000)}${']'.repeat(50_000)}`],
    ['fields in fields', `queues: ${'{a: '.repeat(2_000)}${'}'.repeat(2_000)}`],
  ])('%s', (_, content) => {
    expect(complaint(content)).toMatch(/nested (too deeply|deeper than 10)/)
  })
})

describe('aliases', () => {
  test('stand for what they name', () => {
    const content = 'redis: &redis redis://one\nqueues: [bullmq]\nqueuesRedis: *redis'
    expect(settings(content).queues.redis).toBe('redis://one')
  })

  test('are at most 100, and found before they multiply', () => {
    const level = (index: number) =>
      `a${index}: &a${index} [${Array(9)
        .fill(`*a${index - 1}`)
        .join(', ')}]`
    const content = ['a0: &a0 [x]', ...Array.from({ length: 30 }, (_, index) => level(index + 1))].join('\n')
    expect(complaint(content)).toMatch(/has more than 100 aliases/)
  })

  test('do not multiply values without a bound', () => {
    const many = `a: &a [${Array(2_000).fill('x').join(', ')}]`
    expect(complaint(`${many}\nb: [${Array(50).fill('*a').join(', ')}]`)).toMatch(/has more than 20000 values/)
  })

  test('may not contain themselves', () => {
    expect(complaint('queues: &a [*a]')).toMatch(/deeper than 10|needs an anchor/)
  })
})

describe('a file', () => {
  test('may begin with a byte order mark and have CRLF', () => {
    expect(settings('\uFEFFlisten:\r\n  port: 81\r\n').port).toBe(81)
    expect(complaint('\uFEFFlisten:\r\n  host: 1\r\n  port: x\r\n')).toMatch(/:2:9 listen\.host.*\n.*:3:9 listen\.port/)
  })

  test('may be JSON, with its lines', () => {
    expect(settings('{\n\t"listen": { "port": 81 },\n\t"open": true\n}', { name: 'zenith.json' }).port).toBe(81)
    const wrong = complaint('{\n\t"listen": { "port": "81" }\n}', { name: 'zenith.json' })
    expect(wrong).toMatch(/^zenith\.json:2:22 listen\.port takes a number/)
  })

  test('may have comments alone, and groups without fields', () => {
    expect(settings('# later\n').port).toBe(4280)
    expect(settings('listen:\narchive:\n').port).toBe(4280)
  })

  it.each<[what: string, content: string | Uint8Array, message: string]>([
    ['empty', ' \n', 'zenith.yaml is empty.'],
    ['larger than 1 MB', `# ${'x'.repeat(1_000_000)}`, 'zenith.yaml is larger than 1 MB.'],
    ['in UTF-16', Buffer.from('\uFEFFopen: true', 'utf16le'), 'zenith.yaml is no text in UTF-8.'],
    ['with a zero byte', 'open: true\0', 'zenith.yaml is no text in UTF-8.'],
  ])('%s is refused', (_, content, message) => {
    expect(complaint(content)).toBe(message)
  })

  test('that can’t be read is named with the reason', () => {
    const path = join(folder(), 'folder.yaml')
    expect(() => readConfig(path, {})).toThrow(`${path} can't be read (ENOENT).`)
    mkdirSync(path)
    expect(() => readConfig(path, {})).toThrow(`${path} can't be read (EISDIR).`)
  })

  test('of 1 MB of keys is read without comparing each with all', () => {
    const keys = Array.from({ length: 15_000 }, (_, index) => `k${index}: 1`).join('\n')
    expect(complaint(keys)).toMatch(/has 1000 or more problems/)
  })
})

describe('a contradiction', () => {
  it.each<[content: string, message: RegExp]>([
    ['auth:\n  user: ada\n  bearer: horse', /^zenith\.yaml:2:9 auth\.user and auth\.bearer exclude each other\.$/],
    ['auth:\n  user: ada', /:2:9 auth\.user and auth\.passwordHash need each other\.$/],
    ['requireToken: true', /:1:15 requireToken needs token or QUASAR_TOKEN\.$/],
    ['listen:\n  host: 0.0.0.0', /:2:9 listen\.host 0\.0\.0\.0 exposes the page/],
    ['archive:\n  place: none\n  days: 5', /:2:10 archive\.place none keeps nothing: leave out archive\.days/],
    ['auth:\n  people: true\narchive:\n  place: none', /:2:11 auth\.people needs an archive/],
    ['alerts:\n  smtp: smtp://mail.example', /:2:9 alerts\.smtp and alerts\.smtpFrom need each other\.$/],
  ])('of %j names its fields', (content, message) => {
    expect(complaint(content)).toMatch(message)
  })

  test('between the file and others names them', () => {
    const content = 'auth:\n  user: ada'
    expect(complaint(content, { env: { QUASAR_BEARER: 'horse' } })).toMatch(
      /^zenith\.yaml:2:9 auth\.user and QUASAR_BEARER exclude each other\.$/,
    )
    expect(complaint(content, { args: ['--bearer', 'horse'] })).toMatch(/auth\.user and --bearer exclude each other/)
  })
})

test('a file in a folder is named as it was given', () => {
  const path = fileWith('open: 5')
  expect(() => readConfig(path, {})).toThrow(`${path}:1:7 open takes true or false: this is a number.`)
})
