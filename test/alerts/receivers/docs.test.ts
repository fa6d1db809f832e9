import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { blocksOf } from '../../support/docs-blocks.js'
import { aNotification, anHttpServer, aReceiver, aSender } from './given.js'

const PAGE = 'docs/alert-receivers.md'
const SECRET = 'a-secret-of-32-characters-abcdef'

test('the example verifies what a webhook gets', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'quasar-verify-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'verify.mjs')
  writeFileSync(file, blocksOf(PAGE, 'js verify')[0] ?? '')
  const { isSigned } = await import(pathToFileURL(file).href)
  const { origin, received } = await anHttpServer()
  await aSender().send(aReceiver({ address: origin, secret: SECRET }), aNotification({ title: 'ü 👋' }))
  const body = received[0]?.body ?? ''
  const signature = received[0]?.headers['quasar-signature']
  expect(isSigned(Buffer.from(body), signature, SECRET)).toBe(true)
  expect(isSigned(Buffer.from(`${body} `), signature, SECRET)).toBe(false)
  expect(isSigned(Buffer.from(body), signature, `${SECRET}x`)).toBe(false)
  expect(isSigned(Buffer.from(body), String(signature).replace('t=1', 't=2'), SECRET)).toBe(false)
  expect(isSigned(Buffer.from(body), undefined, SECRET)).toBe(false)
})

test('the table has each field of the JSON', async () => {
  const { origin, received } = await anHttpServer()
  await aSender().send(aReceiver({ address: origin }), aNotification())
  const { alerts, ...rest } = JSON.parse(received[0]?.body ?? '')
  const fields = [...Object.keys(rest), 'alerts', ...Object.keys(alerts[0]).map((name) => `alerts[].${name}`)]
  const [, table = ''] = readFileSync(PAGE, 'utf8').split('| Field | Type | Meaning |')
  const [rows = ''] = table.split('\n\n')
  expect([...rows.matchAll(/^\| `([^`]+)` /gm)].map(([, name]) => name).sort()).toEqual(fields.sort())
})
