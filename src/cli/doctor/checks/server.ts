import { type Check, type Finding, hint, ok, problem } from '../finding.js'

type Info = ReadonlyMap<string, string>

const LEAST = [6, 2] as const

/** Which server it is, and whether it accepts writes. */
export const server: Check = {
  name: 'server',
  async run(context) {
    const info = await context.info()
    if (info) return [version(info), ...kind(info), ...writing(info)]
    return [
      hint({
        code: 'redis-info-denied',
        message:
          'This user can’t send INFO, so the doctor did not check version, kind, memory and persistence of the server.',
        advice: 'Run the doctor once as a user with +info. Quasar itself does not need it.',
      }),
    ]
  },
}

function version(info: Info): Finding {
  const valkey = info.get('valkey_version')
  const text = info.get('redis_version') ?? ''
  const [major = 0, minor = 0] = text.split('.').map(Number)
  const name = valkey ? `Valkey ${valkey}` : `Redis ${text || 'of an unknown version'}`
  const isOld = text !== '' && (major < LEAST[0] || (major === LEAST[0] && minor < LEAST[1]))
  if (!isOld) return ok({ code: 'redis-version', message: `${name}, ${info.get('redis_mode') ?? 'unknown kind'}.` })
  return problem({
    code: 'redis-old',
    message: `${name} is older than Quasar supports.`,
    advice: `Use Redis ${LEAST.join('.')} or newer, or Valkey.`,
  })
}

function kind(info: Info): Finding[] {
  const mode = info.get('redis_mode')
  if (mode === 'sentinel') {
    return [
      problem({
        code: 'redis-is-sentinel',
        message: 'This is a Sentinel, which holds no data.',
        advice:
          'Pass ioredis options to the apps, `redis: { sentinels: [{ host, port }], name }`, and the URL of the primary to this command.',
      }),
    ]
  }
  if (mode !== 'cluster') return []
  return [
    hint({
      code: 'redis-is-cluster',
      message: 'This is one node of a Cluster. The doctor can’t see the data on the others.',
      advice: 'Pass an ioredis Cluster as `redis` to the apps and to Zenith: a URL reaches one node only.',
    }),
  ]
}

function writing(info: Info): Finding[] {
  return [...replica(info), ...saving(info)]
}

function replica(info: Info): Finding[] {
  if (info.get('role') !== 'slave') return []
  const primary = `${info.get('master_host')}:${info.get('master_port')}`
  const isDown = info.get('master_link_status') === 'down'
  return [
    problem({
      code: 'redis-replica',
      message: `This Redis is a read-only replica${isDown ? ' that has lost its primary' : ''}: apps can’t report to it.`,
      advice: `Connect to its primary, ${primary}; with Sentinel or Cluster failover, use that, so that the address follows.`,
    }),
  ]
}

function saving(info: Info): Finding[] {
  const isFailing = info.get('rdb_last_bgsave_status') === 'err' || info.get('aof_last_write_status') === 'err'
  if (isFailing) {
    return [
      problem({
        code: 'redis-save-failed',
        message: 'Redis failed to save its data and refuses writes until it succeeds (MISCONF).',
        advice: 'Free disk space, or correct the rights of its folder: the log of Redis says which.',
      }),
    ]
  }
  return []
}
