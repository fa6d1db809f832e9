import type { RedisError } from '../../../redis/errors.js'
import { type Check, type Finding, ok, problem } from '../finding.js'

const IS_TLS = /^(ERR_SSL|ERR_TLS|CERT_|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO|EPROTO)/

/** Codes for each kind of refusal, with advice. */
const KINDS: readonly { readonly is: RegExp; readonly code: string; readonly advice: string }[] = [
  {
    is: /^(ENOTFOUND|EAI_AGAIN)$/,
    code: 'redis-dns',
    advice: 'Correct the name in the URL, or the DNS of this machine.',
  },
  {
    is: /^(ECONNREFUSED|ENOENT)$/,
    code: 'redis-refused',
    advice: 'Start Redis there, or correct the host and port in the URL. A firewall can also refuse connections.',
  },
  {
    is: /^(NOAUTH|WRONGPASS)$/,
    code: 'redis-auth',
    advice:
      'Correct the user and password in the URL, redis://user:password@host; encode characters like @ and / as %40 and %2F.',
  },
  {
    is: IS_TLS,
    code: 'redis-tls',
    advice:
      'Use rediss:// for a Redis with TLS and redis:// without. Node must trust its certificate (NODE_EXTRA_CA_CERTS).',
  },
  {
    is: /^(ETIMEDOUT|EHOSTUNREACH|ENETUNREACH)$/,
    code: 'redis-timeout',
    advice:
      'Check whether a firewall or a security group drops the packets, and whether Redis hangs. A Redis without TLS does not answer rediss:// either.',
  },
  {
    is: /^ECONNRESET$/,
    code: 'redis-reset',
    advice:
      'A Redis with TLS does this to redis:// (use rediss://), and so does a Redis at its `maxclients` or in protected mode.',
  },
  {
    is: /^NODB$/,
    code: 'redis-database',
    advice:
      'Correct the number of the database in the URL, redis://host:6379/0; a user needs +select for any database other than 0. Quasar writes to no other database.',
  },
  { is: /^LOADING$/, code: 'redis-loading', advice: 'Wait until Redis has loaded its data.' },
]

/** Whether Redis can be reached at all. Otherwise there is nothing else to check. */
export const reach: Check = {
  name: 'reach',
  async run({ connection, ask }) {
    const { error } = await ask('time')
    // A refusal counts as an answer.
    if (!error || error.code === 'NOPERM' || error.code === 'NOCMD')
      return [ok({ code: 'redis-reached', message: `${connection.where} answers.` })]
    return [refusal(error)]
  },
}

function refusal(error: RedisError): Finding {
  const kind =
    KINDS.find(({ is }) => is.test(error.code)) ?? (isTls(error.message) ? KINDS.find(({ is }) => is === IS_TLS) : null)
  const { code, advice } = kind ?? { code: 'redis-error', advice: 'Check the log of Redis.' }
  return problem({ code, message: `${error.message}.`, advice })
}

/** Some TLS errors have no code of their own. */
function isTls(message: string): boolean {
  return /certificate|wrong version number|\bSSL\b|\bTLS\b/i.test(message)
}
