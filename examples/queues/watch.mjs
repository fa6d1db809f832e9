import { startQuasar } from '@gravito/quasar'
import { gravitoStreamQueues } from '@gravito/quasar/queues/gravito-stream'
import { laravelQueues } from '@gravito/quasar/queues/laravel'
import { redisListQueues } from '@gravito/quasar/queues/redis-list'

const redis = process.env.REDIS_URL ?? 'redis://127.0.0.1:6379'

const quasar = startQuasar()
quasar.monitorQueues(
  laravelQueues({ redis, prefix: 'laravel-database-' }),
  gravitoStreamQueues({ redis }),
  redisListQueues({ redis, queues: ['thumbnails'] }),
)
process.stdout.write('watching the queues of Laravel and Gravito Stream, and the list "thumbnails"\n')

// Nothing of Quasar holds the process.
const alive = setInterval(() => {}, 60_000)
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, async () => {
    clearInterval(alive)
    await quasar.stop()
  })
}
