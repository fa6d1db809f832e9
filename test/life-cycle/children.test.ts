import { describe, expect, it, vi } from 'vitest'
import type { ChildrenFigures } from '../../src/protocol/index.js'
import { openFleet, said } from './fleet.js'

const fleet = openFleet()
const SECRET = 'correct-horse-battery'

async function childrenOf(service: string): Promise<ChildrenFigures | null | undefined> {
  const [node] = await fleet.nodesOf(service)
  return node?.heartbeat?.children
}

async function expectRunning(service: string, commands: readonly string[]): Promise<ChildrenFigures> {
  return vi.waitFor(async () => {
    const children = await childrenOf(service)
    expect(children?.running.map(({ command }) => command)).toEqual(commands)
    return children as ChildrenFigures
  })
}

const START = "import { startQuasar } from '@gravito/quasar'\nstartQuasar({ interval: 1_000, logger: false })\n"
const IDLE = "process.on('message', () => process.exit(0))"

describe.runIf(process.platform === 'linux')('the worker processes of a node', () => {
  it('are those that it started before Quasar and after, with their figures and without their arguments', async () => {
    const program = await fleet.start(
      `import { fork, spawn } from 'node:child_process'
       const early = spawn('sleep', ['1234'])
       await import('./quasar.mjs')
       const late = fork(new URL('./worker.mjs', import.meta.url), ['--token', '${SECRET}'], { env: { ...process.env, TOKEN: '${SECRET}' } })
       process.on('message', (message) => { if (message === 'end one') late.send('end') })
       process.on('message', (message) => { if (message === 'stop') { early.kill(); late.kill(); process.exit() } })
       process.send([early.pid, late.pid])`,
      { files: { 'quasar.mjs': START, 'worker.mjs': IDLE }, env: { QUASAR_SERVICE: 'forks' } },
    )
    const pids = await said<number[]>(program)
    await expectRunning('forks', ['sleep', 'node worker.mjs'])
    const { running, more } = await vi.waitFor(async () => {
      const children = await childrenOf('forks')
      for (const { cores } of children?.running ?? []) expect(cores).not.toBeNull()
      return children as ChildrenFigures
    })
    expect(running.map(({ pid }) => pid)).toEqual(pids)
    expect(more).toBe(0)
    for (const { rss, age, grown } of running) {
      expect(rss).toBeGreaterThan(100_000)
      expect(age).toBeGreaterThanOrEqual(0)
      expect(grown).toBeNull()
    }
    expect(JSON.stringify(await fleet.nodesOf('forks'))).not.toContain(SECRET)
    program.child.send('end one')
    await vi.waitFor(
      async () => {
        const ended = (await childrenOf('forks'))?.ended
        expect(ended).toMatchObject([{ pid: pids[1], command: 'node worker.mjs' }])
      },
      { interval: 20 },
    )
    await expectRunning('forks', ['sleep'])
    program.child.send('stop')
    await program.ended
  })

  it('are the workers of a cluster', async () => {
    const program = await fleet.start(
      `import cluster from 'node:cluster'
       if (cluster.isPrimary) {
         await import('./quasar.mjs')
         cluster.fork()
         cluster.fork()
         process.on('message', () => { for (const { process } of Object.values(cluster.workers)) process.kill(); process.exit() })
       } else setInterval(() => {}, 1_000)`,
      { files: { 'quasar.mjs': START }, env: { QUASAR_SERVICE: 'primary' } },
    )
    const { running } = await expectRunning('primary', ['node main.mjs', 'node main.mjs'])
    expect(new Set(running.map(({ pid }) => pid)).size).toBe(2)
    program.child.send('stop')
    await program.ended
  })

  it('are the processes of a sandboxed processor of BullMQ', async () => {
    const program = await fleet.start(
      `import { Queue, Worker } from 'bullmq'
       import { fileURLToPath } from 'node:url'
       import './quasar.mjs'
       const { port, hostname: host } = new URL(process.env.QUASAR_REDIS_URL)
       const connection = { host, port: Number(port) }
       const worker = new Worker('resize', fileURLToPath(new URL('./processor.cjs', import.meta.url)), { connection })
       const queue = new Queue('resize', { connection })
       worker.on('completed', () => process.send('done'))
       await queue.add('image', { token: '${SECRET}' })
       process.on('message', async () => { await worker.close(); await queue.close(); process.exit() })`,
      {
        files: { 'quasar.mjs': START, 'processor.cjs': 'module.exports = async () => 1' },
        env: { QUASAR_SERVICE: 'sandbox' },
      },
    )
    expect(await said(program)).toBe('done')
    const { running } = await expectRunning('sandbox', ['node bullmq/main.js'])
    expect(JSON.stringify(running)).not.toContain(SECRET)
    program.child.send('stop')
    await program.ended
  })

  it('are counted beyond the first twenty', async () => {
    const program = await fleet.start(
      `import { spawn } from 'node:child_process'
       import './quasar.mjs'
       const all = Array.from({ length: 23 }, () => spawn('sleep', ['1234']))
       process.on('message', () => { for (const one of all) one.kill(); process.exit() })`,
      { files: { 'quasar.mjs': START }, env: { QUASAR_SERVICE: 'many' } },
    )
    const { more } = await expectRunning('many', Array(20).fill('sleep'))
    expect(more).toBe(3)
    program.child.send('stop')
    await program.ended
  })

  it('cost a node without any no file', async () => {
    const program = await fleet.start(
      `import fs from 'node:fs'
       import fsPromises from 'node:fs/promises'
       import { syncBuiltinESMExports } from 'node:module'
       const read = []
       for (const module of [fs, fsPromises]) {
         for (const name of ['readFile', 'readFileSync', 'open', 'openSync', 'readdir', 'readdirSync']) {
           const original = module[name]
           module[name] = (path, ...rest) => { read.push(String(path)); return original(path, ...rest) }
         }
       }
       syncBuiltinESMExports()
       const { startQuasar } = await import('@gravito/quasar')
       const quasar = startQuasar({ interval: 60_000, logger: false })
       await quasar.flush()
       read.length = 0
       await quasar.flush()
       await quasar.flush()
       process.stdout.write(JSON.stringify(read.filter((path) => /proc.[0-9]|children/.test(path))))
       process.exit()`,
      { env: { QUASAR_SERVICE: 'alone' } },
    )
    expect(await program.ended).toMatchObject({ code: 0, stdout: '[]' })
  })
})

it('a node that never had one has none', async () => {
  const program = await fleet.start(`${START}process.on('message', () => process.exit(1))`, {
    env: { QUASAR_SERVICE: 'childless' },
  })
  await fleet.waitForNodes('childless', 1)
  expect(await childrenOf('childless')).toBeNull()
  program.child.send('stop')
  await program.ended
})
