// Plays apps of other kinds on the demo's Redis: a Laravel shop, a Gravito Stream service, and a script that puts file names
// into a list. Each writes what its framework writes and works its queue off a little too slowly, so that there is something
// to see; all of it is bounded, and ends after an hour.
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'

const hour = 60 * 60 * 1000
const most = 500
const redis = new Redis(process.env.REDIS_URL, { maxRetriesPerRequest: 1 })
redis.on('error', () => {})

const chance = (share) => Math.random() < share
const pick = (list) => list[Math.floor(Math.random() * list.length)]

/** Laravel's driver: RPUSH at the tail, LPOP at the head, `:delayed` by second, `:notify` for workers that wait. */
const laravel = {
  prefix: 'laravel-database-queues:',
  payload(name) {
    const now = Math.floor(Date.now() / 1000)
    const uuid = randomUUID()
    return JSON.stringify({
      uuid,
      displayName: `App\\Jobs\\${name}`,
      job: 'Illuminate\\Queue\\CallQueuedHandler@call',
      maxTries: 3,
      maxExceptions: null,
      failOnTimeout: false,
      backoff: null,
      timeout: null,
      data: { commandName: `App\\Jobs\\${name}`, command: `O:${name.length + 9}:"App\\Jobs\\${name}":0:{}` },
      createdAt: now,
      id: uuid.replaceAll('-', '').slice(0, 32),
      attempts: 0,
      delay: null,
    })
  },
  async turn() {
    const queue = `${this.prefix}default`
    if ((await redis.llen(queue)) < most) {
      await redis.rpush(queue, this.payload(pick(['SendInvoice', 'SyncStock', 'WarmCache'])))
      await redis.rpush(`${queue}:notify`, 1)
    }
    if (chance(0.9)) await redis.lpop(queue)
    await redis.ltrim(`${queue}:notify`, -10, -1)
    // Nobody works on this one: the page says so.
    if (chance(0.02) && (await redis.zcard(`${this.prefix}reports:delayed`)) < 20) {
      await redis.zadd(
        `${this.prefix}reports:delayed`,
        Math.floor(Date.now() / 1000) + 5,
        this.payload('MonthlyReport'),
      )
    }
  },
}

/** Gravito Stream's driver: LPUSH, RPOP; what failed in a list beside it. */
const stream = {
  entry(name, changes) {
    const data = JSON.stringify({
      class: name,
      properties: { order: Math.floor(Math.random() * 9000), token: 'a secret' },
    })
    return JSON.stringify({
      id: randomUUID(),
      type: 'class',
      data,
      className: name,
      createdAt: Date.now(),
      attempts: 0,
      maxAttempts: 3,
      ...changes,
    })
  },
  async turn() {
    if ((await redis.llen('queue:orders')) < most) {
      await redis.lpush(
        chance(0.2) ? 'queue:orders:high' : 'queue:orders',
        this.entry(pick(['ShipOrder', 'BookOrder'])),
      )
    }
    if (chance(0.85)) await redis.rpop('queue:orders')
    await redis.rpop('queue:orders:high')
    await this.runDue()
    if (chance(0.05)) {
      const error = pick(['Carrier API answered 503', `Order ${Math.floor(Math.random() * 9000)} has no address`])
      await redis.lpush('queue:orders:failed', this.entry('ShipOrder', { attempts: 3, error, failedAt: Date.now() }))
      await redis.ltrim('queue:orders:failed', 0, 99)
    }
  },
  async schedule() {
    const id = 'export-orders'
    const job = this.entry('ExportOrders')
    await redis.hset(`queue:schedule:${id}`, { id, cron: '*/5 * * * *', queue: 'orders', job, enabled: 'true' })
    await this.plan(id)
  },
  async plan(id) {
    const next = (Math.floor(Date.now() / 300_000) + 1) * 300_000
    await redis.hset(`queue:schedule:${id}`, 'nextRun', next)
    await redis.zadd('queue:schedules', next, id)
  },
  async runDue() {
    for (const id of await redis.zrangebyscore('queue:schedules', 0, Date.now())) {
      const [job, enabled] = await redis.hmget(`queue:schedule:${id}`, 'job', 'enabled')
      if (enabled === 'true' && job) await redis.lpush('queue:orders', job)
      await redis.hset(`queue:schedule:${id}`, 'lastRun', Date.now())
      await this.plan(id)
    }
  },
}

const list = {
  async turn() {
    if ((await redis.llen('thumbnails')) < most) await redis.lpush('thumbnails', `uploads/${randomUUID()}.png`)
    if (chance(0.95)) await redis.rpop('thumbnails')
  },
}

const turn = () => Promise.allSettled([laravel.turn(), stream.turn(), list.turn()])

/** Redis drops empty lists, and nobody finds what is not there: each queue begins with a few jobs. */
async function fill() {
  for (let n = 0; n < 10; n++) {
    await redis.rpush(`${laravel.prefix}default`, laravel.payload('SyncStock'))
    await redis.lpush('queue:orders', stream.entry('BookOrder'))
    await redis.lpush('thumbnails', `uploads/${randomUUID()}.png`)
  }
}

await stream.schedule()
await fill()
process.stdout.write('queues of other kinds are at work\n')
const end = Date.now() + hour
process.once('SIGTERM', () => process.exit(0))
while (Date.now() < end) {
  await turn()
  await sleep(300)
}
process.exit(0)
