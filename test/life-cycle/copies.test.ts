import { expect, it } from 'vitest'
import { ask } from '../support/ask.js'
import { countsOf, openFleet, said } from './fleet.js'

const fleet = openFleet()

it('the ESM and the CJS copy in one app are one node that counts a request and an exception once', async () => {
  const program = await fleet.start(
    `import { createRequire } from 'node:module'
     import express from 'express'
     import { quasar } from '@gravito/quasar/express'
     const require = createRequire(import.meta.url)
     const app = express()
     app.use(quasar(), require('@gravito/quasar/express').quasar())
     app.get('/work/:id', (_request, response) => response.send('done'))
     app.get('/fail', () => { throw new Error('once') })
     app.use((_error, _request, response, _next) => response.status(500).end())
     require('@gravito/quasar').startQuasar().run('job', () => 1)
     const server = app.listen(0, '127.0.0.1', () => process.send(server.address().port))
     process.once('SIGTERM', () => server.close())`,
    { env: { QUASAR_SERVICE: 'copies' } },
  )
  const port = await said<number>(program)
  await ask(port, '/work/1')
  await ask(port, '/fail')
  await fleet.waitForNodes('copies', 1)
  program.child.kill('SIGTERM')
  expect(await program.ended).toEqual({ code: 0, signal: null, stdout: '', stderr: '' })
  const recorded = await fleet.recorded('copies')
  expect(countsOf(recorded)).toEqual({ 'GET /work/:id': 1, 'GET /fail': 1 })
  expect(recorded.jobs.get('job')?.count).toBe(1)
  expect(await fleet.exceptions('copies')).toMatchObject([{ message: 'once', route: 'GET /fail' }])
  expect(await fleet.nodesOf('copies')).toEqual([])
})

it('two services in one process are two nodes, and one goes on when the other has stopped', async () => {
  const program = await fleet.start(
    `import { startQuasar } from '@gravito/quasar'
     const [shop, mail] = ['shop', 'mail'].map((service) => startQuasar({ service, logger: false }))
     shop.run('order', () => 1)
     mail.run('letter', () => 1)
     const hold = setInterval(() => {}, 1_000)
     process.once('message', async () => {
       clearInterval(hold)
       process.disconnect()
       await shop.stop()
       mail.run('letter', () => 1)
       throw new Error('the end')
     })`,
  )
  await fleet.waitForNodes('shop', 1)
  await fleet.waitForNodes('mail', 1)
  program.child.send('end')
  expect(await program.ended).toMatchObject({ code: 1, stdout: '' })
  expect(await fleet.nodesOf('shop')).toEqual([])
  expect(await fleet.nodesOf('mail')).toHaveLength(1)
  const [shop, mail] = [await fleet.recorded('shop'), await fleet.recorded('mail')]
  expect([shop.jobs.get('order')?.count, shop.jobs.size]).toEqual([1, 1])
  expect([mail.jobs.get('letter')?.count, mail.jobs.size]).toEqual([2, 1])
  expect(await fleet.exceptions('shop')).toEqual([])
  expect(await fleet.exceptions('mail')).toMatchObject([{ kind: 'uncaught', message: 'the end' }])
})
