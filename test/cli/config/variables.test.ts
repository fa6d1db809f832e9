// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders of the file
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, test } from 'vitest'
import { ALERT_OPTIONS, alertsOf } from '../../../src/cli/arguments/alerts.js'
import { readOptions } from '../../../src/cli/arguments/options.js'
import { redisFrom } from '../../../src/cli/arguments/values.js'
import { readVariable } from '../../../src/cli/arguments/variables.js'
import { ZENITH_OPTIONS } from '../../../src/cli/commands/zenith-options.js'
import { expand } from '../../../src/cli/config/expand.js'
import { complaint, fileWith, folder, inForce, settings } from './files.js'

describe('a text of the file', () => {
  it.each<[text: string, env: NodeJS.ProcessEnv, expanded: string]>([
    ['plain', {}, 'plain'],
    ['${A}', { A: 'one' }, 'one'],
    ['redis://${A}:${B}@host', { A: 'one', B: 'two' }, 'redis://one:two@host'],
    ['${A:-two}', {}, 'two'],
    ['${A:-two}', { A: '' }, 'two'],
    ['${A:-two}', { A: 'one' }, 'one'],
    ['${A:-}', {}, ''],
    ['${A:-redis://x:6379/0?a=b}', {}, 'redis://x:6379/0?a=b'],
    ['$${A}', { A: 'one' }, '${A}'],
    ['$$${A}', { A: 'one' }, '$${A}'],
    ['$A and $ and {A}', { A: 'one' }, '$A and $ and {A}'],
    ['${A}', { A: '${B} $& $1', B: 'two' }, '${B} $& $1'],
  ])('%j with %j is %j', (text, env, expanded) => {
    expect(expand(text, env).text).toBe(expanded)
  })

  it.each(['${}', '${1A}', '${A', '${A-b}', '${A:b}', 'x ${ y'])('with %j is refused', (text) => {
    expect(() => expand(text, { A: 'horse' })).toThrow(/has a \$\{ that begins no \$\{NAME\}/)
  })

  it('names the variable that is not set, with the place', () => {
    expect(complaint('open: true\ntoken: ${SHOP_TOKEN}')).toMatch(
      /^zenith\.yaml:2:8 token takes the variable SHOP_TOKEN, which is not set, nor is SHOP_TOKEN_FILE/,
    )
    expect(complaint('queues: ["${A}"]')).toMatch(/^zenith\.yaml:1:10 queues\[0\] takes the variable A/)
  })

  it('may become a number, true or false, or a list', () => {
    const env = { PORT: '81', OPEN: 'true', QUEUES: 'bullmq,laravel' }
    const { port, isOpening, queues } = settings('listen:\n  port: ${PORT}\nopen: ${OPEN}\nqueues: ${QUEUES}', { env })
    expect([port, isOpening, queues.words]).toEqual([81, true, ['bullmq', 'laravel']])
    expect(complaint('listen:\n  port: ${PORT}', { env: { PORT: 'horse' } })).toMatch(/listen\.port takes a port, 0 to/)
  })

  it('takes the content of a file', () => {
    const env = { SHOP_TOKEN_FILE: fileWith('the-token-of-the-shop\n') }
    expect(settings('token: ${SHOP_TOKEN}', { env }).zenith.token).toEqual(['the-token-of-the-shop'])
  })

  it('does not choose between a variable and a file', () => {
    const env = { SHOP_TOKEN: 'horse', SHOP_TOKEN_FILE: fileWith('horse') }
    expect(complaint('token: ${SHOP_TOKEN}', { env })).toMatch(
      /^zenith\.yaml:1:8 token can't be read: SHOP_TOKEN and SHOP_TOKEN_FILE exclude each other/,
    )
  })
})

describe('NAME_FILE', () => {
  it.each<[content: string, text: string]>([
    ['horse', 'horse'],
    ['horse\n', 'horse'],
    ['horse\r\n', 'horse'],
    ['horse\n\n', 'horse\n'],
    [' horse ', ' horse '],
  ])('of %j is %j', (content, text) => {
    const env = { A_FILE: fileWith(content) }
    expect(readVariable(env, 'A')).toEqual({ text, source: 'A_FILE' })
    expect(readVariable({ ...env, A: '' }, 'A')).toEqual({ text, source: 'A_FILE' })
  })

  it('is not read when it is empty', () => {
    expect(readVariable({ A: 'one', A_FILE: '' }, 'A')).toEqual({ text: 'one', source: 'A' })
    expect(readVariable({ A_FILE: '' }, 'A')).toBe(undefined)
  })

  it('names the file that has no value', () => {
    const dir = folder()
    mkdirSync(join(dir, 'dir'))
    const wrong = (path: string) => () => readVariable({ A_FILE: path }, 'A')
    expect(wrong(join(dir, 'none'))).toThrow(
      `A_FILE takes a file with the value; ${join(dir, 'none')} can't be read (ENOENT).`,
    )
    expect(wrong(join(dir, 'dir'))).toThrow(/dir can't be read \(EISDIR\)/)
    expect(wrong(fileWith('\n'))).toThrow(/zenith\.yaml is empty/)
    expect(wrong(fileWith('x'.repeat(70_000)))).toThrow(/at most 64 KB; .*zenith\.yaml is larger/)
  })
})

describe('every variable of the options', () => {
  const files = Object.values(ZENITH_OPTIONS).flatMap(({ env, value }) => (value === 'FILE' ? [] : env))

  it.each(files)('%s has a file, too', (name) => {
    const env = { [`${name}_FILE`]: fileWith('\u0001horse') }
    try {
      const { given } = readOptions([], ZENITH_OPTIONS, env)
      expect(Object.values(given)).toEqual([{ text: '\u0001horse', source: `${name}_FILE` }])
    } catch (error) {
      expect(String(error)).toMatch(new RegExp(`${name}_FILE takes `))
      expect(String(error)).not.toContain('horse')
    }
  })

  test('the command line goes before it, and before a mistake in it', () => {
    const env = { QUASAR_BEARER: 'a', QUASAR_BEARER_FILE: '/nowhere' }
    expect(readOptions(['--bearer', 'b'], ZENITH_OPTIONS, env).values.bearer).toBe('b')
    expect(() => readOptions([], ZENITH_OPTIONS, env)).toThrow(
      'QUASAR_BEARER and QUASAR_BEARER_FILE exclude each other',
    )
  })

  test('what names a file itself has none', () => {
    const env = { QUASAR_ALERTS_FILE: '/nowhere' }
    expect(() => readOptions([], ZENITH_OPTIONS, env)).toThrow('QUASAR_ALERTS_FILE is no variable')
  })

  test('REDIS_URL and the variables of alerts have one, too', () => {
    expect(redisFrom({ REDIS_URL_FILE: fileWith('redis://one\n') })).toBe('redis://one')
    expect(() => redisFrom({ REDIS_URL_FILE: fileWith('horse') })).toThrow(/^REDIS_URL_FILE takes a URL(?!.*horse)/)
    const address = 'https://hooks.slack.com/services/T/B/x'
    const path = fileWith(JSON.stringify({ receivers: [{ id: 'ops', kind: 'slack', address: '$SLACK' }] }))
    const { values } = readOptions(['--alerts', path], ALERT_OPTIONS, {})
    expect(alertsOf(values, { SLACK_FILE: fileWith(`${address}\n`) })).toMatchObject({ receivers: [{ address }] })
  })

  test('QUASAR_SECRET has one that Zenith gets', () => {
    const env = { QUASAR_SECRET_FILE: fileWith('a-secret-in-a-file\n') }
    expect(settings('open: true', { env }).secret).toBe('a-secret-in-a-file')
    expect(inForce('secret: the-secret-of-the-file', { env }).secret).toBe('*** from QUASAR_SECRET_FILE')
  })
})
