import { expect, it } from 'vitest'
import { runProgram } from '../support/program.js'

const LINE = /^Quasar: no Redis is configured/gm
const start = (options = '') => `
  import { createRequire } from 'node:module'
  import { startQuasar } from '@gravito/quasar'
  const cjs = createRequire(import.meta.url)('@gravito/quasar')
  const all = [startQuasar(${options}), cjs.startQuasar({ service: 'other', redis: ${options ? 'false' : 'undefined'} })]
  await Promise.all(all.map((quasar) => quasar.stop()))`

async function linesOf(source: string, env: NodeJS.ProcessEnv = {}): Promise<number> {
  const { code, stderr } = await runProgram(source, { env })
  expect(code).toBe(0)
  return stderr.match(LINE)?.length ?? 0
}

it('an app in production without a Redis says once that its reports stay in memory', async () => {
  expect(await linesOf(start())).toBe(1)
})

it('says nothing elsewhere, or where it is meant', async () => {
  expect(await linesOf(start(), { NODE_ENV: 'development' })).toBe(0)
  expect(await linesOf(start(), { NODE_ENV: '' })).toBe(0)
  expect(await linesOf(start('{ redis: false }'))).toBe(0)
  expect(await linesOf(start('{ redis: false, logger: false }'))).toBe(0)
})
