import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { ask } from '../support/ask.js'
import { countsOf, openFleet, said } from './fleet.js'

const fleet = openFleet()

const app = (say: string) => `
import express from 'express'
import { quasar } from '@gravito/quasar/express'
const app = express()
app.use(quasar())
app.get('/work/:id', (_request, response) => response.send('done'))
const server = app.listen(0, '127.0.0.1', () => ${say})
`

describe('a module that is evaluated again in the same process', () => {
  it('keeps one node and its listeners, and counts each request once', async () => {
    const listeners =
      "['beforeExit', 'uncaughtExceptionMonitor', 'exit', 'SIGTERM'].map((name) => process.listenerCount(name))"
    const program = await fleet.start(
      `const ports = []
       globalThis.say = (port) => ports.push(port)
       globalThis.servers = []
       const seen = []
       for (let version = 0; version < 15; version++) {
         await import('./app.mjs?version=' + version)
         seen.push(String(${listeners}))
       }
       while (ports.length < 15) await new Promise((resolve) => setTimeout(resolve, 10))
       process.send({ ports, seen })
       process.once('message', () => { for (const server of servers) server.close(); process.disconnect() })`,
      {
        env: { QUASAR_SERVICE: 'again' },
        files: { 'app.mjs': `${app('say(server.address().port)')}servers.push(server)` },
      },
    )
    const { ports, seen } = await said<{ ports: number[]; seen: string[] }>(program)
    expect(new Set(seen).size).toBe(1)
    for (const port of ports) expect((await ask(port, '/work/1')).status).toBe(200)
    await fleet.waitForNodes('again', 1)
    program.child.send('close')
    expect(await program.ended).toEqual({ code: 0, signal: null, stdout: '', stderr: '' })
    expect(countsOf(await fleet.recorded('again'))).toEqual({ 'GET /work/:id': 15 })
    expect(await fleet.nodesOf('again')).toEqual([])
  })
})

describe('node --watch', () => {
  it('replaces the node at each change, and what the old one counted arrives', async () => {
    const source = `${app("process.stdout.write('port ' + server.address().port + '\\n')")}
      process.once('SIGTERM', () => server.close())
      process.once('SIGINT', () => server.close())`
    const program = await fleet.start(source, { nodeArgs: ['--watch'], env: { QUASAR_SERVICE: 'watched' } })
    let output = ''
    program.child.stdout?.on('data', (chunk) => (output += chunk))
    const nextPort = async (number: number) => {
      const ports = () => [...output.matchAll(/^port (\d+)$/gm)].map(([, port]) => Number(port))
      await vi.waitFor(() => expect(ports()).toHaveLength(number))
      return ports()[number - 1] ?? 0
    }
    await ask(await nextPort(1), '/work/1')
    const [before] = await fleet.waitForNodes('watched', 1)
    await writeFile(join(program.folder, 'main.mjs'), `${source}\n// Changed.\n`)
    await ask(await nextPort(2), '/work/2')
    await vi.waitFor(async () => {
      const nodes = await fleet.nodesOf('watched')
      expect(nodes).toHaveLength(1)
      expect(nodes[0]?.node).not.toBe(before?.node)
    })
    program.child.kill('SIGTERM')
    await program.ended
    expect(countsOf(await fleet.recorded('watched'))).toEqual({ 'GET /work/:id': 2 })
    expect(await fleet.nodesOf('watched')).toEqual([])
  })
})
