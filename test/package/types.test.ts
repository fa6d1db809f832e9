import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { extent } from '../support/extent.js'
import { type Consumer, documented, installConsumer, manifest, type Packed, pack } from './packed.js'

const frameworks = [
  '@aws-sdk/client-sqs',
  '@nestjs/common',
  '@nestjs/core',
  'bullmq',
  'express',
  'fastify',
  'hono',
  'reflect-metadata',
  'rxjs',
  '@types/express',
  '@types/node',
]

const require = createRequire(import.meta.url)
const modern = join(dirname(require.resolve('typescript/package.json')), 'bin/tsc')
/** The newest TypeScript here that still knows the resolution node10 (attw brings it). */
const classic = createRequire(require.resolve('@arethetypeswrong/core')).resolve('typescript/bin/tsc')

/** What the README shows for each form, and an option with a wrong type that has to be refused. */
const app = `
import express from 'express'
import Fastify from 'fastify'
import { Hono } from 'hono'
import { Module } from '@nestjs/common'
import { Queue, Worker } from 'bullmq'
import { startQuasar } from '@gravito/quasar'
import { quasar } from '@gravito/quasar/express'
import { quasarPlugin } from '@gravito/quasar/fastify'
import { quasar as quasarHono } from '@gravito/quasar/hono'
import { QuasarModule } from '@gravito/quasar/nest'
import { monitorQueue, monitorWorker } from '@gravito/quasar/bullmq'
import { bullmqQueues } from '@gravito/quasar/queues/bullmq'
import { laravelQueues } from '@gravito/quasar/queues/laravel'
import { redisListQueues } from '@gravito/quasar/queues/redis-list'
import { parseHeartbeat, type Heartbeat, type Overview as FormerOverview } from '@gravito/quasar/protocol'
import { createZenith, toNodeHandler, type Overview, type PulseEvent } from '@gravito/quasar/zenith'
import { memoryStore } from '@gravito/quasar/stores/memory'
import { redisStore } from '@gravito/quasar/stores/redis'

express().use(quasar())
Fastify().register(quasarPlugin)
new Hono().use(quasarHono())

@Module({ imports: [QuasarModule.forRoot()] })
export class AppModule {}

monitorWorker(new Worker('mail', async () => {}))
monitorQueue(new Queue('mail', { connection: {} }))

const sources = [
  bullmqQueues({ connection: 'redis://127.0.0.1:6379', queues: ['mail', new Queue('bills', { connection: {} })] }),
  laravelQueues({ redis: 'redis://127.0.0.1:6379' }),
]
startQuasar().monitorQueues(...sources)
createZenith({ queues: sources, readOnly: ['bills*'], payloads: 'admin' })
// @ts-expect-error: which lists they are can't be found out
redisListQueues({ redis: 'redis://127.0.0.1:6379' })

const sum: number = startQuasar({ service: 'shop-api' }).run('sum', () => 1 + 1)
// @ts-expect-error: an interval is a number of ms
startQuasar({ interval: '10s' })

// The API's types come from its schemas, and are the same under their former name.
export function latest(event: PulseEvent, former: FormerOverview): readonly (number | null | undefined)[] {
  const overview: Overview = event.full ? event : former
  const heartbeat: Heartbeat | null | undefined = overview.nodes[0]?.heartbeat
  // @ts-expect-error: there is no such figure
  overview.nodes[0]?.heartbeat?.cpu.temperature
  return [heartbeat?.cpu.process, overview.services[0]?.traffic[0]?.p95, overview.queues[0]?.metrics.waitingChildren]
}

export const used = [sum, parseHeartbeat, toNodeHandler, createZenith, memoryStore, redisStore]
`

/** Without frameworks: node10 cannot find the types of all of them. */
const plain = `${Object.entries(documented)
  .map(([subpath, names], index) => {
    const imported = names.filter((name) => name !== 'default').map((name) => `${name} as ${name}${index}`)
    return `import { ${imported.join(', ')} } from '${manifest.name}${subpath.slice(1)}'
export const used${index} = [${names
      .filter((name) => name !== 'default')
      .map((name) => `${name}${index}`)
      .join(', ')}]`
  })
  .join('\n')}
// @ts-expect-error: an interval is a number of ms
startQuasar0({ interval: '10s' })
`

const resolutions = [
  { name: 'nodenext, ESM', file: 'app.mts', source: app, tsc: modern, module: 'nodenext', resolution: 'nodenext' },
  { name: 'nodenext, CJS', file: 'app.cts', source: app, tsc: modern, module: 'nodenext', resolution: 'nodenext' },
  { name: 'bundler', file: 'app.ts', source: app, tsc: modern, module: 'esnext', resolution: 'bundler' },
  { name: 'node10', file: 'app.ts', source: plain, tsc: classic, module: 'commonjs', resolution: 'node10' },
]

let packed: Packed
let consumer: Consumer

beforeAll(() => {
  packed = pack()
  consumer = installConsumer(packed, frameworks)
})

afterAll(() => {
  consumer.remove()
  packed.remove()
})

/** Errors in the app's own file and in the declarations of the package; those of other libraries are their own. */
function errorsOf(one: (typeof resolutions)[number]) {
  const folder = join(consumer.folder, one.name.replace(/\W/g, ''))
  mkdirSync(folder)
  writeFileSync(join(folder, one.file), one.source)
  const compilerOptions = {
    target: 'es2022',
    lib: ['es2024', 'dom', 'esnext.disposable'],
    module: one.module,
    moduleResolution: one.resolution,
    strict: true,
    exactOptionalPropertyTypes: true,
    esModuleInterop: true,
    experimentalDecorators: true,
    skipLibCheck: false,
    noEmit: true,
    types: ['node'],
  }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: [one.file] }))
  const { stdout, stderr } = spawnSync(process.execPath, [one.tsc, '-p', folder, '--pretty', 'false'], {
    cwd: folder,
    encoding: 'utf8',
  })
  const lines = `${stdout}${stderr}`.split('\n').filter((line) => line.includes('error TS'))
  const isOurs = (line: string) =>
    line.startsWith('app.') || line.startsWith('error') || line.includes('@gravito/quasar/dist')
  return lines.filter(isOurs)
}

describe.each(extent(resolutions, ({ name }) => name === 'nodenext, ESM' || name === 'node10'))('$name', (one) => {
  // A whole program is compiled: on a busy machine that takes longer than other tests may.
  it('accepts what the README shows and refuses a wrong option', () => {
    expect(errorsOf(one)).toEqual([])
  })
})
