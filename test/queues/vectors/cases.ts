/** What is in a Redis, and the settings of a source that reads it. */
export interface Case {
  readonly driver: 'bullmq' | 'laravel' | 'redis-list'
  /** Besides the Redis. */
  readonly config: { readonly prefix?: string; readonly queues?: readonly string[]; readonly horizonPrefix?: string }
  readonly commands: readonly (readonly string[])[]
}

const payload = (fields: object) => JSON.stringify({ uuid: 'u1', displayName: 'Mail', attempts: 0, ...fields })
/** A time that the runner fills in: JSON has it as a number. */
const at = (json: string) => json.replaceAll(/"(\{\{[^}]*\}\})"/g, '$1')

export const CASES: Readonly<Record<string, Case>> = {
  'bullmq-5-paused': {
    driver: 'bullmq',
    config: {},
    commands: [
      ['hset', 'bull:mail:meta', 'version', 'bullmq:5.81.5', 'paused', '1', 'concurrency', '3'],
      ['set', 'bull:mail:id', '3'],
      ['rpush', 'bull:mail:paused', '3', '2'],
      ['hset', 'bull:mail:2', 'timestamp', '{{ms-100000}}', 'opts', '{"attempts":1}'],
      ['hset', 'bull:mail:3', 'timestamp', '{{ms-1000}}'],
      ['zadd', 'bull:mail:failed', '{{ms-1000}}', '1'],
      // A job called "meta" is no queue.
      ['hset', 'bull:mail:7:meta', 'name', 'x'],
    ],
  },
  'bullmq-6-paused': {
    driver: 'bullmq',
    config: { prefix: 'shop' },
    commands: [
      ['hset', 'shop:mail:meta', 'version', 'bullmq:6.7.0', 'paused', '1'],
      ['set', 'shop:mail:id', '1'],
      ['rpush', 'shop:mail:wait', '1'],
      // It was delayed for 40 s, and has waited since.
      ['hset', 'shop:mail:1', 'timestamp', '{{ms-140000}}', 'opts', '{"delay":40000}'],
    ],
  },
  'bullmq-oldest': {
    driver: 'bullmq',
    config: {},
    commands: [
      ['hset', 'bull:gone:meta', 'version', 'bullmq:5.81.5'],
      // The tail's hash is gone: the two before it are read.
      ['rpush', 'bull:gone:wait', '2', '1'],
      ['hset', 'bull:gone:2', 'timestamp', '{{ms-100000}}'],
      ['hset', 'bull:retried:meta', 'version', 'bullmq:5.81.5'],
      ['rpush', 'bull:retried:wait', '1'],
      ['hset', 'bull:retried:1', 'timestamp', '{{ms-900000}}', 'processedOn', '{{ms-100000}}', 'atm', '1'],
      ['hset', 'bull:urgent:meta', 'version', 'bullmq:5.81.5'],
      ['zadd', 'bull:urgent:prioritized', '4294967297', '1', '42949672960', '2'],
      ['hset', 'bull:urgent:1', 'timestamp', '{{ms-1000}}'],
      ['hset', 'bull:urgent:2', 'timestamp', '{{ms-100000}}'],
      ['hset', 'bull:due:meta', 'version', 'bullmq:5.81.5'],
      ['zadd', 'bull:due:delayed', '{{due-100000}}', '1'],
      ['hset', 'bull:wrong:meta', 'version', 'bullmq:5.81.5'],
      ['set', 'bull:wrong:wait', 'no list'],
    ],
  },
  laravel: {
    driver: 'laravel',
    config: {},
    commands: [
      ['rpush', 'shop-database-queues:default', at(payload({ createdAt: '{{s-100}}' })), payload({})],
      ['rpush', 'shop-database-queues:default:notify', '1', '1'],
      ['zadd', 'shop-database-queues:default:delayed', '{{s-100}}', payload({})],
      ['zadd', 'shop-database-queues:default:reserved', '{{s+60}}', '{"uuid":"u2","tags":{}}'],
      ['rpush', 'shop-database-queues:a:b', 'no JSON'],
      ['rpush', 'blog_database_queues:default', at(payload({ createdAt: '{{s-140}}', delay: 40 }))],
      ['rpush', 'blog_database_queues:{odd}', payload({})],
      ['set', 'blog_database_queues:wrong:reserved', 'x'],
      ['rpush', 'blog_database_queues:wrong', 'x'],
    ],
  },
  horizon: {
    driver: 'laravel',
    config: {},
    commands: [
      ['zadd', 'laravel_horizon:masters', '{{s+60}}', 'app-1', '{{s-20}}', 'gone'],
      ['hset', 'laravel_horizon:master:app-1', 'name', 'app-1', 'status', 'running'],
      ['zadd', 'laravel_horizon:supervisors', '{{s+60}}', 'app-1:a', '{{s+60}}', 'app-1:b'],
      ['hset', 'laravel_horizon:supervisor:app-1:a', 'status', 'running', 'processes', '{"redis:default,mails":3}'],
      ['hset', 'laravel_horizon:supervisor:app-1:b', 'status', 'paused', 'processes', '{"redis:slow":2}'],
      ['sadd', 'laravel_horizon:measured_queues', 'laravel_horizon:queue:mails'],
      ['set', 'laravel_horizon:last_snapshot_at', '{{s-970}}'],
      ['zadd', 'laravel_horizon:failed_jobs', '-2', 'f1', '-1', 'f2'],
      ['hset', 'laravel_horizon:f1', 'id', 'f1', 'queue', 'slow'],
      ['hset', 'laravel_horizon:f2', 'id', 'f2', 'queue', '{default}'],
      ['rpush', 'laravel_database_queues:default', at(payload({ pushedAt: '{{s-100}}', createdAt: 5 }))],
    ],
  },
  'horizon-alone': {
    driver: 'laravel',
    config: {},
    commands: [
      // No key tells the app's prefix: the likely one is shown.
      ['sadd', 'shop_horizon:measured_queues', 'shop_horizon:queue:default'],
      ['zadd', 'shop_horizon:masters', '{{s-60}}', 'gone'],
    ],
  },
  'redis-list': {
    driver: 'redis-list',
    config: { prefix: 'app:', queues: ['thumbnails', 'empty', 'wrong'] },
    commands: [
      ['rpush', 'app:thumbnails', 'a', 'b'],
      ['set', 'app:wrong', 'no list'],
    ],
  },
}
