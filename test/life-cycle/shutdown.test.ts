import { describe, expect, it } from 'vitest'
import { ask } from '../support/ask.js'
import type { Outcome } from '../support/program.js'
import { gracefulApps } from './apps.js'
import { countsOf, openFleet, said } from './fleet.js'

const fleet = openFleet()

describe('an app that SIGTERM ends with its requests answered', () => {
  it.each(Object.entries(gracefulApps))('reports the last of them and leaves: %s', async (name, { source, signal }) => {
    // A report comes once at the start; what is in Redis of the request got there by the last one.
    const env = { QUASAR_SERVICE: name, QUASAR_INTERVAL: '600000' }
    const program = await fleet.start(source, { env })
    const port = await said<number>(program)
    await fleet.waitForNodes(name, 1)
    const working = said(program)
    const answer = ask(port, '/work/1', { headers: { connection: 'close' } })
    await working
    program.child.kill('SIGTERM')
    expect(await answer).toMatchObject({ status: 200, text: 'done' })
    expect(await program.ended).toEqual({ code: signal ? null : 0, signal, stdout: '', stderr: '' })
    expect(countsOf(await fleet.recorded(name))).toEqual({ 'GET /work/:id': 1 })
    expect(await fleet.nodesOf(name)).toEqual([])
    expect(await fleet.exceptions(name)).toEqual([])
  })
})

describe('a node that takes long to leave', () => {
  // A store of its own, whose good-bye takes longer than several intervals.
  const app = (rest: string) => `
    import { startQuasar } from '@gravito/quasar'
    const said = []
    const store = {
      async write({ heartbeat }) { said.push(heartbeat ? 'beat' : 'records'); return { unwritten: [], error: null } },
      async removeNode() { said.push('bye'); await new Promise((done) => setTimeout(done, 600)) },
    }
    const quasar = startQuasar({ service: 'slow', logger: false, store, interval: 100 })
    process.on('exit', () => process.stdout.write(said.join()))
    await quasar.flush()
    ${rest}`

  it.each([
    ['by itself', ''],
    ['by itself, with a report asked for meanwhile', "process.once('beforeExit', () => quasar.flush())"],
    ['stopped', 'await quasar.stop()'],
    [
      'stopped, with reports asked for meanwhile and afterwards',
      'quasar.stop(); await quasar.flush(); await quasar.stop(); await quasar.flush()',
    ],
  ])('beats no more: %s', async (_how, rest) => {
    const program = await fleet.start(app(rest))
    const { stdout, ...outcome } = await program.ended
    expect(outcome).toEqual({ code: 0, signal: null, stderr: '' })
    expect(stdout).toMatch(/^beat,(.+,)?bye(,records)*$/)
  })

  it('beats again where the app goes on', async () => {
    const goOn = "process.once('beforeExit', () => setTimeout(() => {}, 1_500))"
    const program = await fleet.start(app(goOn))
    const { stdout } = await program.ended
    expect(stdout).toMatch(/bye,(.*,)?beat/)
  })
})

describe('an app that ends in the middle of a request', () => {
  const app = (monitored: boolean, handler: string) => `
    import express from 'express'
    import { get } from 'node:http'
    ${monitored ? "import { quasar } from '@gravito/quasar/express'" : ''}
    const app = express()
    ${monitored ? 'app.use(quasar({ interval: 100 }))' : ''}
    app.get('/', (_request, response) => { ${handler} })
    const server = app.listen(0, '127.0.0.1', () => {
      get({ ...server.address(), agent: false }).on('error', () => {})
    })`

  it.each([
    ['by process.exit', 'process.exit(7)'],
    ['by process.exit after the answer', "response.on('close', () => process.exit(8)); response.send('bye')"],
    ['by process.exitCode and a closed server', "process.exitCode = 9; response.send('bye'); server.close()"],
    ['by an exception in a callback', "setImmediate(() => { throw new Error('later') })"],
    ['by a promise that nobody awaits', "Promise.reject(new Error('alone'))"],
    ['by process.abort', 'process.abort()'],
    [
      'with its own listener on unhandledRejection',
      "process.on('unhandledRejection', (e) => { process.stdout.write(e.message); process.exit(4) }); Promise.reject(new Error('own'))",
    ],
  ])('ends as it does without Quasar: %s', async (how, handler) => {
    const bare = await fleet.start(app(false, handler))
    const watched = await fleet.start(app(true, handler), { env: { QUASAR_SERVICE: how } })
    expect(withoutFrames(await watched.ended)).toEqual(withoutFrames(await bare.ended))
  })
})

/** A middleware's own frame is in the stacks of what it calls, and addresses differ from run to run. */
function withoutFrames({ stderr, ...outcome }: Outcome): Outcome {
  const lines = stderr.split('\n').filter((line) => !/^\s*(at|\d+:) /.test(line))
  return { ...outcome, stderr: lines.join('\n').replace(/main\.mjs:\d+/g, 'main.mjs') }
}
