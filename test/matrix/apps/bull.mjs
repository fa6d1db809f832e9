import { startQuasar } from '@gravito/quasar'
import { bullQueues } from '@gravito/quasar/queues/bull'
import Queue from 'bull'
import { options, ready, redisPort } from './app.mjs'

const redis = { host: '127.0.0.1', port: redisPort }
const queue = new Queue(`${options.service}-later`, { redis })
await queue.add('send', {})
await queue.add('send', {})

const quasar = startQuasar(options)
quasar.monitorQueues(bullQueues({ redis, queues: [queue.name] }))

ready({
  names: ['bull'],
  async close() {
    await quasar.stop()
    await queue.close()
  },
})
