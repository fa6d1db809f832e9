import { describe, expect, it, vi } from 'vitest'
import { ask } from '../support/ask.js'
import { countsOf, openFleet, said } from './fleet.js'

const fleet = openFleet()

const APP = `
import express from 'express'
import { quasar } from '@gravito/quasar/express'
const app = express()
app.use(quasar())
app.get('/work/:id', (_request, response) => response.send(String(process.pid)))
`

describe('node:cluster', () => {
  it('shows a node for each of four workers, counts each request once, and leaves with them', async () => {
    const program = await fleet.start(
      `import cluster from 'node:cluster'
       if (cluster.isPrimary) {
         const ports = []
         cluster.on('listening', (_worker, { port }) => { if (ports.push(port) === 4) process.send(port) })
         for (let worker = 0; worker < 4; worker++) cluster.fork()
         process.once('SIGTERM', () => cluster.disconnect())
       } else await import('./worker.mjs')`,
      {
        env: { QUASAR_SERVICE: 'cluster', QUASAR_INTERVAL: '600000' },
        files: { 'worker.mjs': `${APP}app.listen(0, '127.0.0.1')` },
      },
    )
    const port = await said<number>(program)
    const nodes = await fleet.waitForNodes('cluster', 4)
    const answers = await Promise.all(Array.from({ length: 40 }, (_, id) => ask(port, `/work/${id}`)))
    const pids = nodes.map(({ heartbeat }) => heartbeat?.pid)
    expect(new Set(pids).size).toBe(4)
    expect(nodes.map(({ heartbeat }) => heartbeat?.instance).sort()).toEqual(['1', '2', '3', '4'])
    expect(pids.map(String)).toEqual(expect.arrayContaining([...new Set(answers.map(({ text }) => text))]))
    program.child.kill('SIGTERM')
    expect(await program.ended).toEqual({ code: 0, signal: null, stdout: '', stderr: '' })
    expect(countsOf(await fleet.recorded('cluster'))).toEqual({ 'GET /work/:id': 40 })
    expect(await fleet.nodesOf('cluster')).toEqual([])
  })
})

describe('a process manager that loads the app from a script of its own, as PM2 does', () => {
  const files = {
    'package.json': '{ "name": "shop-of-pm2", "version": "3.2.1", "type": "module" }',
    'app.mjs': `${APP}
      const server = app.listen(0, '127.0.0.1', () => process.send(server.address().port))
      process.once('SIGINT', () => server.close())`,
    'node_modules/pm2/lib/container.mjs': `
      import { pathToFileURL } from 'node:url'
      await import(pathToFileURL(process.env.pm_exec_path).href)`,
  }
  const start = (instance: number) =>
    fleet.start("throw new Error('not this one')", {
      files,
      entry: 'node_modules/pm2/lib/container.mjs',
      env: {
        pm_exec_path: 'app.mjs',
        name: 'shop',
        exec_mode: 'fork_mode',
        NODE_APP_INSTANCE: `${instance}`,
        pm_id: `${instance}`,
      },
    })

  it('names the service by the app, and gives each instance a node of its own', async () => {
    const instances = await Promise.all([start(0), start(1)])
    for (const program of instances) expect((await ask(await said<number>(program), '/work/1')).status).toBe(200)
    const nodes = await fleet.waitForNodes('shop-of-pm2', 2)
    const pids = instances.map(({ child }) => child.pid)
    expect(nodes.map(({ heartbeat }) => heartbeat?.pid).sort()).toEqual(pids.sort())
    expect(nodes.map(({ heartbeat }) => heartbeat?.instance).sort()).toEqual(['0', '1'])
    for (const { child } of instances) child.kill('SIGINT')
    for (const { ended } of instances) expect(await ended).toEqual({ code: 0, signal: null, stdout: '', stderr: '' })
    expect(countsOf(await fleet.recorded('shop-of-pm2'))).toEqual({ 'GET /work/:id': 2 })
    expect(await fleet.nodesOf('shop-of-pm2')).toEqual([])
  })
})

describe('worker threads', () => {
  it('are nodes of their own, and each ends as it does without Quasar', async () => {
    const program = await fleet.start(
      `import { Worker } from 'node:worker_threads'
       import { startQuasar } from '@gravito/quasar'
       startQuasar().run('main', () => 1)
       const threads = ['ends', 'throws', 'is terminated'].map((how) => {
         const worker = new Worker(new URL('./thread.mjs', import.meta.url), { workerData: how })
         worker.on('error', (error) => process.send({ how, error: error.message }))
         worker.on('exit', (code) => process.send({ how, code }))
         return worker
       })
       const hold = setInterval(() => {}, 1_000)
       process.on('message', (message) => {
         if (message === 'end') for (const worker of threads.slice(0, 2)) worker.postMessage('end')
         if (message === 'terminate') threads[2].terminate()
         if (message === 'close') { clearInterval(hold); process.disconnect() }
       })`,
      {
        env: { QUASAR_SERVICE: 'threads', QUASAR_INTERVAL: '600000' },
        files: {
          'thread.mjs': `
            import { parentPort, workerData } from 'node:worker_threads'
            import { startQuasar } from '@gravito/quasar'
            const quasar = startQuasar()
            parentPort.once('message', () => {
              quasar.run(workerData, () => 1)
              if (workerData === 'throws') throw new Error('in a thread')
            })
            if (workerData === 'is terminated') parentPort.ref()`,
        },
      },
    )
    const messages: unknown[] = []
    program.child.on('message', (message) => void messages.push(message))
    const nodes = await fleet.waitForNodes('threads', 4)
    expect(new Set(nodes.map(({ heartbeat }) => heartbeat?.pid))).toEqual(new Set([program.child.pid]))
    program.child.send('end')
    await vi.waitFor(() => expect(messages).toHaveLength(3))
    expect(messages).toContainEqual({ how: 'ends', code: 0 })
    expect(messages).toContainEqual({ how: 'throws', error: 'in a thread' })
    expect(messages).toContainEqual({ how: 'throws', code: 1 })
    program.child.send('terminate')
    await vi.waitFor(() => expect(messages).toContainEqual({ how: 'is terminated', code: 1 }))
    program.child.send('close')
    expect(await program.ended).toEqual({ code: 0, signal: null, stdout: '', stderr: '' })
    const jobs = (await fleet.recorded('threads')).jobs
    expect([...jobs.keys()].sort()).toEqual(['ends', 'main', 'throws'])
    expect(await fleet.nodesOf('threads')).toEqual([])
  })
})
