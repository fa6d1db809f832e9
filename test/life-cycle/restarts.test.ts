import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { isWhole } from '../support/extent.js'
import { openZenith, overviewOf, seen, serviceOf } from '../zenith/support/zenith.js'
import { openFleet, said } from './fleet.js'

const fleet = openFleet()

/** It has no code for its shutdown. */
const app = (say: string) => `
import express from 'express'
import { quasar } from '@gravito/quasar/express'
const app = express()
app.use(quasar())
const server = app.listen(0, '127.0.0.1', () => ${say})
`

const SAYS_PORT = app('process.send(server.address().port)')
const PATIENCE = { timeout: 600_000 }

function envOf(service: string): NodeJS.ProcessEnv {
  return { QUASAR_SERVICE: service, QUASAR_INTERVAL: '1000' }
}

/** Looks until all nodes that vanished were noticed: 30 s after their last beats. */
async function settled(service: string, lost: number): Promise<void> {
  const zenith = openZenith({ redis: fleet.url() })
  await vi.waitFor(
    async () => {
      const { nodes } = serviceOf(await overviewOf(zenith), service)
      expect(nodes).toMatchObject({ live: 1, lost })
    },
    { timeout: 180_000, interval: 500 },
  )
}

/** Of a Zenith that starts now, and knows the nodes that vanished by their ids alone. */
async function expectHealthy(service: string): Promise<void> {
  const zenith = openZenith({ redis: fleet.url() })
  // Replaced nodes are shown for a while.
  await vi.waitFor(
    async () => {
      const overview = await overviewOf(zenith)
      expect(overview.nodes.filter((node) => node.service === service).map(({ state }) => state)).toEqual(['live'])
      expect(serviceOf(overview, service).health).toEqual({ score: 100, reasons: [] })
    },
    { timeout: 180_000, interval: 500 },
  )
}

describe.runIf(isWhole)('an app without shutdown code', () => {
  it('is healthy with one node after four saves under node --watch', PATIENCE, async () => {
    const source = app("process.stdout.write('port ' + server.address().port + '\\n')")
    const program = await fleet.start(source, { nodeArgs: ['--watch'], env: envOf('saved') })
    let output = ''
    program.child.stdout?.on('data', (chunk) => (output += chunk))
    for (let save = 1; save <= 5; save++) {
      await vi.waitFor(() => expect(output.match(/^port \d+$/gm)).toHaveLength(save))
      await fleet.waitForNodes('saved', save)
      if (save < 5) await writeFile(join(program.folder, 'main.mjs'), `${source}\n// Change ${save}.\n`)
    }
    await settled('saved', 0)
    await expectHealthy('saved')
    program.child.kill('SIGTERM')
    await program.ended
  })

  it('is healthy with one node after three restarts by SIGTERM', PATIENCE, async () => {
    let program = await fleet.start(SAYS_PORT, { env: envOf('restarted') })
    for (let restart = 1; restart <= 3; restart++) {
      await said(program)
      await fleet.waitForNodes('restarted', 1)
      program.child.kill('SIGTERM')
      expect(await program.ended).toMatchObject({ signal: 'SIGTERM' })
      program = await fleet.start(SAYS_PORT, { env: envOf('restarted') })
    }
    await fleet.waitForNodes('restarted', 1)
    await settled('restarted', 0)
    await expectHealthy('restarted')
    program.child.kill('SIGTERM')
    await program.ended
  })

  it('has lost a node about 30 s after one of two is killed by SIGKILL', PATIENCE, async () => {
    const [killed, spared] = [
      await fleet.start(SAYS_PORT, { env: envOf('killed') }),
      await fleet.start(SAYS_PORT, { env: envOf('killed') }),
    ]
    await fleet.waitForNodes('killed', 2)
    // Each beats often enough to be seen beside the other.
    await new Promise((resolve) => setTimeout(resolve, 6_000))
    killed.child.kill('SIGKILL')
    const killedAt = performance.now()
    await settled('killed', 1)
    expect(performance.now() - killedAt).toBeGreaterThan(25_000)
    await seen(openZenith({ redis: fleet.url() }), (overview) => {
      const { nodes, health } = serviceOf(overview, 'killed')
      expect(nodes).toMatchObject({ live: 1, lost: 1, replaced: 0 })
      expect(health.reasons.map(({ text }) => text)).toContain('1 of 2 nodes is lost')
    })
    spared.child.kill('SIGTERM')
    await spared.ended
  })
})
