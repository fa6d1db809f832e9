import { afterAll, beforeAll, expect, test } from 'vitest'
import { type BuiltProbes, buildProbes } from './support.js'

let built: BuiltProbes
beforeAll(async () => {
  built = await buildProbes()
})
afterAll(() => built?.remove())

const START = `
import { startProbes } from './index.js'
const probes = startProbes({ disks: ['/'], onFault: (name, error) => process.stdout.write(name + ': ' + error.message) })
const holding = async (promise) => {
  const hold = setInterval(() => {}, 1_000)
  try { return await promise } finally { clearInterval(hold) }
}
`

test('a process that forgets to stop ends by itself', async () => {
  const script = `${START}
const held = process.getActiveResourcesInfo().filter((name) => name === 'Timeout')
await holding(probes.prepare())
process.stdout.write(probes.collect().cpu.cores > 0 ? 'collected' + held : 'nothing')`
  expect(await built.run(script)).toEqual({ code: 0, output: 'collected' })
})

test('stop leaves no timer behind, and neither does a beat after it', async () => {
  const script = `
import { createHook } from 'node:async_hooks'
const timers = new Set()
createHook({
  init(id, type) { if (type === 'Timeout') timers.add(id) },
  destroy(id) { timers.delete(id) },
}).enable()
${START}
const settle = async () => { for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate) }
await holding(probes.prepare())
await settle()
const during = timers.size
probes.stop()
probes.stop()
await holding(probes.prepare())
probes.collect()
probes.window(0, 1)
await settle()
process.stdout.write(during + ' then ' + timers.size)`
  expect(await built.run(script)).toEqual({ code: 0, output: '1 then 0' })
})

test('in a worker thread', async () => {
  const script = `
import { isMainThread, Worker } from 'node:worker_threads'
import { detectRuntime } from './runtime.js'
${START}
if (isMainThread) {
  new Worker(new URL(import.meta.url)).on('error', (error) => process.stdout.write(error.stack))
} else {
  await holding(new Promise((resolve) => setTimeout(resolve, 300)))
  const { cpu, eventLoop } = probes.collect()
  process.stdout.write([cpu.cores > 0, eventLoop.utilization < 1, detectRuntime().instance].join())
}`
  expect(await built.run(script)).toEqual({ code: 0, output: 'true,true,1' })
})

const RUNTIME = `
import { detectRuntime } from './runtime.js'
process.stdout.write(JSON.stringify(detectRuntime()))`
const node = { language: 'node', version: process.versions.node }

test.each([
  [{}, null],
  [{ NODE_APP_INSTANCE: '0', pm_id: '4' }, '0'],
  [{ pm_id: '4' }, '4'],
])('the runtime, and the instance with %j', async (env, instance) => {
  const { output } = await built.run(RUNTIME, env)
  expect(JSON.parse(output)).toEqual({ ...node, instance })
})

test('the instance of a cluster worker is its number', async () => {
  const script = `
import cluster from 'node:cluster'
import { detectRuntime } from './runtime.js'
if (cluster.isPrimary) {
  cluster.fork()
  cluster.on('message', (worker, message) => { process.stdout.write(message); worker.disconnect() })
} else process.send(String(detectRuntime().instance))`
  expect(await built.run(script)).toEqual({ code: 0, output: '1' })
})
