import { afterAll, beforeAll } from 'vitest'
import type { Store } from '../../src/ports/index.js'
import { redisStore } from '../../src/stores/redis/index.js'
import { startRedis, type TestRedis } from '../support/redis.js'
import { startRedisCluster, type TestCluster } from '../support/redis-cluster.js'
import { startSqs, type TestSqs } from '../support/sqs.js'
import type { Row, Runtime } from './cells.js'
import { checkCell } from './check-cell.js'
import { checkFailover } from './check-failover.js'

/** The servers that the cells of a file share; every cell has a service of its own. */
export function openMatrix() {
  let redis: TestRedis
  let cluster: TestCluster
  let sqs: TestSqs
  let reader: Store
  let clusterReader: Store
  let cells = 0

  beforeAll(async () => {
    redis = await startRedis()
    cluster = await startRedisCluster()
    sqs = await startSqs()
    reader = redisStore({ redis: redis.url })
    clusterReader = redisStore({ redis: cluster.client() })
  })
  afterAll(async () => {
    await Promise.all([reader.close(), clusterReader.close()])
    await Promise.all([redis.stop(), cluster.stop(), sqs.stop()])
  })
  const newService = () => {
    cells += 1
    return `cell-${cells}`
  }

  return {
    /** Against one Redis. */
    check: (runtime: Runtime, row: Row) =>
      checkCell(runtime, row, { service: newService(), redis: redis.url, redisPort: redis.port, sqs }, reader),
    /** Against a Redis Cluster. */
    checkCluster: (runtime: Runtime, row: Row) => {
      const masters = cluster.masters.map(({ port }) => ({ host: '127.0.0.1', port }))
      return checkCell(runtime, row, { service: newService(), redis: { cluster: masters } }, clusterReader)
    },
    /** Through the death of a master that Sentinels watch. */
    checkFailover: (runtime: Runtime, row: Row) => checkFailover(runtime, row, newService()),
  }
}
