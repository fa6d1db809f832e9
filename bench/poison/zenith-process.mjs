// A Zenith with a small heap, that looks at what there is and tells what it cost.
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { answering, hello } from '../shared/child.mjs'
import { fromDist } from '../shared/dist.mjs'

const { createZenith } = await fromDist('runtime/create-zenith.js')
const { bullmqQueues } = await fromDist('queues/bullmq/index.js')

const redis = process.env.BENCH_REDIS
const zenith = createZenith({ redis, auth: () => true, logger: false, queues: [bullmqQueues({ connection: redis })] })
const ask = (path) => zenith.fetch(new Request(`http://localhost${path}`))
const PATHS = [
  '/metrics',
  '/api/queues?limit=1000',
  '/api/nodes?limit=1000',
  '/api/services?limit=1000',
  '/api/audit?limit=1000',
  '/api/schedulers',
  '/api/bulk',
  '/api/slow?limit=1000',
  '/api/errors?limit=1000',
  '/api/errors/groups?limit=1000',
]

answering(async ({ polls }) => {
  const delay = monitorEventLoopDelay({ resolution: 5 })
  delay.enable()
  let heap = 0
  const watching = setInterval(() => {
    heap = Math.max(heap, process.memoryUsage().heapUsed)
  }, 20)
  const stream = (await ask('/api/stream')).body.getReader()
  const reading = (async () => {
    let longest = 0
    for (;;) {
      const { value, done } = await stream.read()
      if (done) return longest
      longest = Math.max(longest, value.byteLength)
    }
  })()
  let bytes = 0
  let overview
  for (let poll = 0; poll < polls; poll++) {
    const text = await (await ask('/api/overview')).text()
    bytes = Math.max(bytes, Buffer.byteLength(text))
    overview = JSON.parse(text)
    await sleep(1_500)
  }
  delay.disable()
  const block = delay.max / 1e6
  const health = (await ask('/api/health')).status
  const answers = {}
  for (const path of PATHS) {
    const answer = await ask(path)
    answers[path] = { status: answer.status, bytes: (await answer.arrayBuffer()).byteLength }
  }
  await stream.cancel()
  clearInterval(watching)
  const { totals, leftOut, unreadable, store } = overview
  // In whichever part of it.
  const find = async (text) => (await ask(`/api/overview?text=${text}`)).json()
  const [{ nodes }, { queues }] = [await find('web-1'), await find('mail')]
  const isHealthyShown = nodes.some(({ id }) => id === 'web-1') && queues.some(({ name }) => name === 'mail')
  return {
    heap,
    rss: process.memoryUsage().rss,
    bytes,
    event: await reading,
    block,
    health,
    answers,
    totals,
    leftOut,
    unreadable,
    store: store.error,
    isHealthyShown,
  }
})
hello()
