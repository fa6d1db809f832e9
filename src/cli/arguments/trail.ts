import { type OptionSpec, text } from './options.js'
import { DEFAULT_REDIS, redisUrl, tokens } from './values.js'

/** The options of a command that writes to the audit trail. */
export const TRAIL_OPTIONS = {
  redis: {
    value: 'URL',
    env: 'QUASAR_REDIS_URL',
    help: `the Redis with the audit trail; also REDIS_URL (default ${DEFAULT_REDIS})`,
    read: redisUrl,
  },
  prefix: {
    value: 'TEXT',
    env: 'QUASAR_PREFIX',
    help: 'prefix of all keys (default gravito:quasar:)',
    read: text(/.:$/, 'a text that ends with a colon'),
  },
  token: { value: 'TOKEN', env: 'QUASAR_TOKEN', help: 'token that the audit trail is signed with', read: tokens },
} as const satisfies Record<string, OptionSpec<unknown>>
