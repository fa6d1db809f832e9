// A real recorder beside a simulated node: an app with requests, runs and queues of BullMQ. BENCH_RECORD is JSON: `redis`, `queuesAt`,
// `queues`, and the plan of the fleet.
import { Queue } from 'bullmq'
import { traffic } from '../collect/requests.mjs'
import { answering, hello } from '../shared/child.mjs'
import { fromModules } from '../shared/dist.mjs'

const { leaseRecorder } = await fromModules('runtime/start-quasar.js')
const { bullmqQueues } = await fromModules('queues/bullmq/index.js')

const { redis, queuesAt, plan } = JSON.parse(process.env.BENCH_RECORD)
const options = { service: 'service-0', redis, interval: plan.interval, logger: false }
const { recorder } = leaseRecorder(options, 'express 5')
const request = traffic(recorder.requests, plan.routes)
setInterval(request, 1_000 / plan.rate)
for (const name of ['send-mail', 'charge-card']) setInterval(() => recorder.run(name, () => {}), plan.interval / 5)

const connection = { url: queuesAt }
for (let index = 0; index < plan.queues; index++) {
  const queue = new Queue(`queue-${index}`, { connection })
  await queue.addBulk(Array.from({ length: 10 + index }, () => ({ name: 'send-mail', data: {} })))
  await queue.close()
}
recorder.watchQueues(bullmqQueues({ connection: queuesAt }), async () => {})
answering(() => ({ error: recorder.status().error ?? undefined }))
hello()
