import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ALERT_OPTIONS, alertsOf } from '../../src/cli/arguments/alerts.js'
import { readOptions } from '../../src/cli/arguments/options.js'

let dir: string
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'quasar-alerts-'))
})
afterAll(() => rm(dir, { recursive: true, force: true }))

async function read(content: string, env: NodeJS.ProcessEnv = {}) {
  const path = join(dir, 'alerts.json')
  await writeFile(path, content)
  return alertsOf(readOptions(['--alerts', path], ALERT_OPTIONS, env).values, env)
}

const RECEIVER = { id: 'ops', kind: 'slack', address: '$SLACK_URL' }

it('has rules and receivers, with secrets from variables', async () => {
  const rules = [{ id: 'cpu', name: 'CPU', conditions: [{ metric: 'host.cpu', is: 'above', threshold: 95 }] }]
  const env = { SLACK_URL: 'https://hooks.slack.com/services/T/B/x' }
  expect(await read(JSON.stringify({ rules, receivers: [RECEIVER] }), env)).toEqual({
    rules,
    receivers: [{ ...RECEIVER, address: env.SLACK_URL }],
  })
})

it.each<[content: string, message: RegExp]>([
  ['{', /alerts\.json is no JSON/],
  [JSON.stringify({ receivers: [RECEIVER] }), /the variable SLACK_URL is not set/],
  [JSON.stringify({ rules: [{ id: 'cpu' }] }), /alerts\.json: rules\[0\]\.name: /],
  [JSON.stringify({ rule: [] }), /alerts\.json: has no "rule"/],
])('is refused with its reason: %s', async (content, message) => {
  await expect(read(content)).rejects.toThrow(message)
})

it('quotes nothing of a file that is no JSON: it may have secrets', async () => {
  const secret = 'https://hooks.slack.com/services/T0/B0/abcdef'
  const broken = `{ "receivers": [{ "id": "ops", "kind": "slack", "address": "${secret}" x }] }`
  await expect(read(broken)).rejects.toThrow(/is no JSON: /)
  await expect(read(broken)).rejects.not.toThrow(/hooks|abcdef/)
  await expect(read(`{ "address": ${secret} }`)).rejects.not.toThrow(/hooks|services/)
})

it.each(['https://user:password@zenith.example.com', 'https://zenith.example.com/?page=alerts', 'zenith.example.com'])(
  'takes no %s as the URL of the page, which receivers get',
  (url) => {
    expect(() => readOptions(['--url', url], ALERT_OPTIONS, {})).toThrow(/without a password and a query/)
  },
)

it.each(['a@b,c@d', 'ops', 'a@b\r\nBcc: c@d'])('takes no %j as the sender of e-mail', (from) => {
  expect(() => readOptions(['--smtp-from', from], ALERT_OPTIONS, {})).toThrow(/--smtp-from takes a mail address/)
})

it('none switches alerts off', () => {
  expect(alertsOf(readOptions(['--alerts', 'none'], ALERT_OPTIONS, {}).values, {})).toBe(false)
})
