type Environment = Readonly<Record<string, string | undefined>>

/** Variables of the environment that say where Redis is, the one that goes first in front. */
const VARIABLES = ['QUASAR_REDIS_URL', 'REDIS_URL'] as const

export interface ChosenRedis {
  readonly redis: string | object | false
  /** What it came from, in an error's words: `option "redis"`, `REDIS_URL`. */
  readonly redisFrom: string
}

/** Where Redis is by the option, else by the environment; an empty variable is none. */
export function chooseRedis(option: string | object | false | undefined, env: Environment): ChosenRedis {
  if (option !== undefined) return { redis: option, redisFrom: 'option "redis"' }
  const variable = VARIABLES.find((name) => env[name])
  return { redis: (variable && env[variable]) || false, redisFrom: variable ?? 'option "redis"' }
}
