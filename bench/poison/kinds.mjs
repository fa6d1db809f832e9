// What somebody may have put into the Redis that Zenith reads: a flood of each kind. They are made within Redis by scripts, which takes
// seconds. Names are those of the protocol; see docs/protocol.md.

const P = 'gravito:quasar:'
/** What is Zenith's own: a Redis user of its own is needed to write there. */
const OWN = 'gravito-zenith/gravito%3Aquasar/'
const MB = 1_048_576

const HEARTBEAT = JSON.stringify({ v: 2, timestamp: 0, interval: 600_000, language: 'node', pid: 7, hostname: 'h' })

/** A service that is well: it has to be shown whatever else there is. */
export const HEALTHY = 'shop'

/** @param client of ioredis */
export async function fillHealthy(client) {
  const now = Date.now()
  const beat = { ...JSON.parse(HEARTBEAT), id: 'web-1', service: HEALTHY, timestamp: now }
  const queues = [{ name: 'mail', driver: 'bullmq', metrics: { waiting: 7 }, paused: true }]
  await client.set(`${P}node:${HEALTHY}:web-1`, JSON.stringify(beat), 'EX', 600)
  await client.zadd(`${P}index:nodes`, now, `${HEALTHY}:web-1`)
  const snapshot = { v: 2, timestamp: now, interval: 600_000, service: HEALTHY, reporter: 'web-1', queues }
  await client.set(`${P}queues:${HEALTHY}`, JSON.stringify(snapshot), 'EX', 600)
  await client.zadd(`${P}index:queues`, now, HEALTHY)
}

/**
 * The floods by name. `size` is the full form's; a test takes a smaller one. What they leave behind is what Zenith has to survive.
 *
 * @type {Readonly<Record<string, { size: number, fill: (client: import('ioredis').Redis, size: number) => Promise<unknown> }>>}
 */
export const KINDS = {
  'queues in snapshots': {
    size: 250_000,
    fill: (client, size) =>
      lua(
        client,
        `for s = 1, math.ceil(tonumber(ARGV[1]) / 5000) do
          local all = {}
          for q = 1, math.min(5000, tonumber(ARGV[1]) - (s - 1) * 5000) do
            all[q] = '{"name":"queue-' .. s .. '-' .. q .. '","driver":"bullmq","place":"10.0.0.' .. s ..
              ':6379/0 bull","metrics":{"waiting":' .. q .. ',"active":1,"delayed":0,"failed":3,"completed":9},"states":["waiting","active","delayed","failed","completed"],"paused":false}'
          end
          redis.call('SET', ARGV[2] .. 'queues:flood' .. s, '{"v":2,"timestamp":' .. ARGV[3] ..
            ',"interval":600000,"service":"flood' .. s .. '","reporter":"n","queues":[' .. table.concat(all, ',') .. ']}')
          redis.call('ZADD', ARGV[2] .. 'index:queues', ARGV[3], 'flood' .. s)
        end`,
        size,
      ),
  },
  nodes: {
    size: 100_000,
    fill: (client, size) => heartbeats(client, size, `'flood:n' .. i`),
  },
  'services of one node': {
    size: 100_000,
    fill: (client, size) => heartbeats(client, size, `'s' .. i .. ':n'`),
  },
  'series of one service': {
    size: 1_000_000,
    async fill(client, size) {
      await heartbeats(client, 1, `'flood:n'`)
      await lua(
        client,
        `local sent = 0
        for r = 1, math.ceil(tonumber(ARGV[1]) / 500) do
          local all = {}
          for s = 1, 500 do
            sent = sent + 1
            all[s] = '{"key":"GET /' .. sent .. '","count":3,"sketch":"8r*2,1"}'
          end
          local to = ARGV[3] - r * 10
          redis.call('XADD', ARGV[2] .. 'rollup:flood', '*', 'data', '{"v":2,"node":"n' .. r .. '","from":' .. (to - 10000) ..
            ',"to":' .. to .. ',"routes":[' .. table.concat(all, ',') .. '],"jobs":[]}')
        end`,
        size,
      )
    },
  },
  'huge sketches': {
    size: 2_000,
    async fill(client, size) {
      await heartbeats(client, 1, `'flood:n'`)
      await lua(
        client,
        `local buckets = {}
        for b = 1, 1279 do buckets[b] = '1*zzzz' end
        local sketch = table.concat(buckets, ',')
        for r = 1, tonumber(ARGV[1]) do
          local all = {}
          for s = 1, 10 do all[s] = '{"key":"GET /' .. ((r * 10 + s) % 3000) .. '","count":3,"sketch":"' .. sketch .. '"}' end
          local to = ARGV[3] - r * 100
          redis.call('XADD', ARGV[2] .. 'rollup:flood', '*', 'data', '{"v":2,"node":"n' .. r .. '","from":' .. (to - 10000) ..
            ',"to":' .. to .. ',"routes":[' .. table.concat(all, ',') .. '],"jobs":[]}')
        end`,
        size,
      )
    },
  },
  'one huge heartbeat': {
    size: 500 * MB,
    async fill(client, size) {
      await heartbeats(client, 1, `'flood:n'`)
      for (const key of ['node:flood:n', 'queues:flood']) await client.setrange(P + key, size - 1, 'x')
      await client.zadd(`${P}index:queues`, Date.now(), 'flood')
    },
  },
  'fields of heartbeats': {
    size: 60,
    async fill(client, size) {
      const fields = Array.from({ length: 60_000 }, (_, index) => [`k${index}`, index])
      const beat = { ...JSON.parse(HEARTBEAT), timestamp: Date.now(), meta: Object.fromEntries(fields) }
      for (let index = 0; index < size; index++) {
        await client.set(`${P}node:flood:n${index}`, JSON.stringify(beat))
        await client.zadd(`${P}index:nodes`, Date.now(), `flood:n${index}`)
      }
    },
  },
  'lines of the audit trail': {
    size: 60,
    async fill(client, size) {
      const data = `{"number":1,"previous":"${'0'.repeat(64)}","a":[${'{},'.repeat(330_000)}{}]}`
      for (let index = 0; index < size; index++) await client.xadd(`${OWN}audit`, '*', 'data', data)
    },
  },
  'huge members': {
    size: 100 * MB,
    async fill(client, size) {
      await heartbeats(client, 1, `'flood:n'`)
      await lua(
        client,
        `local big = string.rep('x', tonumber(ARGV[1]))
        for _, index in ipairs({'index:nodes', 'index:queues', 'errors:flood'}) do redis.call('ZADD', ARGV[2] .. index, ARGV[3], big) end
        for _, stream in ipairs({'slow:flood', 'rollup:flood', 'history:flood', 'audit'}) do redis.call('XADD', ARGV[2] .. stream, '*', 'data', big) end
        redis.call('HSET', '${OWN}kept/scheduler', 'a', big)`,
        size,
      )
    },
  },
  'documents that Zenith kept': {
    size: 1_000_000,
    async fill(client, size) {
      await heartbeats(client, 1, `'flood:n'`)
      await lua(
        client,
        `for i = 1, tonumber(ARGV[1]) do redis.call('HSET', '${OWN}kept/bulk', i, '{}') end
        local slow = '{"a":[' .. string.rep('{},', 340000) .. '{}]}'
        for i = 1, math.min(100, tonumber(ARGV[1])) do redis.call('HSET', '${OWN}kept/scheduler', i, slow) end`,
        size,
      )
    },
  },
  'a million members': {
    size: 1_000_000,
    async fill(client, size) {
      await heartbeats(client, 1, `'flood:n'`)
      await lua(
        client,
        `for i = 1, tonumber(ARGV[1]) do
          redis.call('ZADD', ARGV[2] .. 'errors:flood', ARGV[3] - i, '{"id":"' .. i .. '","name":"E","message":"m"}')
          redis.call('XADD', ARGV[2] .. 'slow:flood', '*', 'name', 'GET /' .. i, 'ts', ARGV[3], 'durationMs', 5)
          redis.call('HSET', '${OWN}kept/scheduler', i, '{}')
        end`,
        size,
      )
      await lua(
        client,
        `for i = 1, tonumber(ARGV[1]) do
          local to = ARGV[3] - i % 60000
          redis.call('XADD', ARGV[2] .. 'rollup:flood', '*', 'data', '{"v":2,"node":"n' .. i .. '","from":' .. (to - 1000) .. ',"to":' .. to .. '}')
          redis.call('XADD', ARGV[2] .. 'audit', '*', 'data', '{}')
        end`,
        size,
      )
    },
  },
  'members of the indexes': {
    size: 2_000_000,
    fill: (client, size) =>
      lua(
        client,
        `for i = 1, tonumber(ARGV[1]) do
          redis.call('ZADD', ARGV[2] .. 'index:nodes', ARGV[3], 'ghost:' .. i)
          redis.call('ZADD', ARGV[2] .. 'index:queues', ARGV[3], 'ghost' .. i)
        end`,
        size,
      ),
  },
  'deep JSON': {
    size: 1_000_000,
    async fill(client, size) {
      const half = Math.floor(size / 2)
      const deep = `{"v":2,"meta":${'['.repeat(half)}${']'.repeat(half)}}`
      for (let index = 0; index < 50; index++) {
        await client.set(`${P}node:flood:n${index}`, deep)
        await client.set(`${P}queues:flood${index}`, deep)
        await client.zadd(`${P}index:nodes`, Date.now(), `flood:n${index}`)
        await client.zadd(`${P}index:queues`, Date.now(), `flood${index}`)
      }
    },
  },
  'long names': {
    size: 20_000,
    fill: (client, size) =>
      lua(
        client,
        `local long = string.rep('x', 3000)
        for i = 1, tonumber(ARGV[1]) do
          redis.call('ZADD', ARGV[2] .. 'index:nodes', ARGV[3], 's' .. i .. long .. ':n')
          redis.call('ZADD', ARGV[2] .. 'index:queues', ARGV[3], 's' .. i .. long)
          redis.call('SET', 'pulse:server:' .. i .. long .. ':n', '{}')
        end`,
        size,
      ),
  },
  'names of prototypes': {
    size: 1,
    async fill(client) {
      for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
        await heartbeats(client, 1, `'${name}:${name}'`)
        const queues = [{ name, driver: name, metrics: { [name]: 1 }, place: name }]
        const snapshot = { v: 2, timestamp: Date.now(), interval: 600_000, service: name, reporter: name, queues }
        await client.set(`${P}queues:${name}`, JSON.stringify(snapshot))
        await client.zadd(`${P}index:queues`, Date.now(), name)
      }
    },
  },
  'keys of other reporters': {
    size: 200_000,
    fill: (client, size) =>
      lua(
        client,
        `for i = 1, tonumber(ARGV[1]) do
          redis.call('SET', 'pulse:server:app' .. i .. ':n', '{"timestamp":' .. ARGV[3] .. ',"cpu":1}')
          if i % 10 == 0 then
            redis.call('SET', 'pulse:queues:app' .. i, '{"timestamp":' .. ARGV[3] .. ',"queues":[{"name":"q' .. i .. '"}]}')
          end
        end`,
        size,
      ),
  },
  'queues of BullMQ': {
    size: 250_000,
    fill: (client, size) =>
      lua(
        client,
        `for i = 1, tonumber(ARGV[1]) do
          redis.call('HSET', 'bull:q' .. i .. ':meta', 'version', 'bullmq:5.0.0')
          redis.call('RPUSH', 'bull:q' .. i .. ':wait', '1')
        end`,
        size,
      ),
  },
}

/** Nodes of the index. @param member a Lua expression of `i` */
function heartbeats(client, size, member) {
  return lua(
    client,
    `for i = 1, tonumber(ARGV[1]) do
      local member = ${member}
      local beat = string.gsub(ARGV[4], '"timestamp":0', '"timestamp":' .. ARGV[3])
      redis.call('SET', ARGV[2] .. 'node:' .. member, beat)
      redis.call('ZADD', ARGV[2] .. 'index:nodes', ARGV[3], member)
    end`,
    size,
    HEARTBEAT,
  )
}

function lua(client, script, size, ...more) {
  return client.eval(script, 0, size, P, Date.now(), ...more)
}
