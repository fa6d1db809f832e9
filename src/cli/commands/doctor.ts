import { SDK_VERSION } from '../../core/version.js'
import { keysOf } from '../../protocol/index.js'
import { parseAddress } from '../../redis/address.js'
import { ownConnection } from '../../redis/own-connection.js'
import { placeAt, withTokenPassword } from '../../redis/target.js'
import { contextOf } from '../doctor/context.js'
import { examine } from '../doctor/examine.js'
import { ROLES } from '../doctor/needed-rights.js'
import { textOf } from '../doctor/print.js'
import { servicesOf } from '../doctor/services.js'
import { describeOptions, type OptionSpec, oneOf, type Parsed, readOptions, text, yesOrNo } from '../options.js'
import { DEFAULT_REDIS, hostOf, redisFrom, redisUrl } from '../redis-url.js'
import type { Command } from '../run-command.js'
import { tokens } from '../tokens.js'

const DOCTOR_OPTIONS = {
  redis: {
    value: 'URL',
    env: 'QUASAR_REDIS_URL',
    help: `where the recorders report; also REDIS_URL (default ${DEFAULT_REDIS})`,
    read: redisUrl,
  },
  prefix: {
    value: 'TEXT',
    env: 'QUASAR_PREFIX',
    help: 'what all keys begin with (default gravito:quasar:)',
    read: text(/.:$/, 'a text that ends with a colon'),
  },
  role: {
    value: 'ROLE',
    env: null,
    help: 'what the Redis user is for: reporter, queues, zenith or operator; any of them is fine without it',
    read: oneOf(...ROLES),
  },
  token: {
    value: 'TOKEN',
    env: 'QUASAR_TOKEN',
    help: 'the password where the URL names a user and none',
    read: tokens,
  },
  json: { value: null, env: null, help: 'for machines', read: yesOrNo },
} as const satisfies Record<string, OptionSpec<unknown>>

const HELP = `Usage: quasar doctor [options]

Looks at the Redis, at its user's rights, at the clocks, at who reports and how the apps are set up, and says what to do.
It changes nothing, and ends within 20 s.

Options, and the variables of the environment that stand for them:
${describeOptions(DOCTOR_OPTIONS)}

Exit code: 0 without problems, 1 with any, 2 when it was called wrongly.
`

export const doctorCommand: Command = {
  summary: 'finds what is wrong with Redis, rights, clocks, reporters',
  help: HELP,
  async run(args, env) {
    const { isHelp, values } = readOptions(args, DOCTOR_OPTIONS, env)
    if (isHelp) process.stdout.write(HELP)
    else await diagnose(values, values.redis ?? redisFrom(env))
  },
}

type Values = Parsed<typeof DOCTOR_OPTIONS>['values']

async function diagnose({ prefix, role, json, token }: Values, url: string): Promise<void> {
  const keys = keysOf(prefix)
  const connection = ownConnection(withTokenPassword(placeAt(parseAddress(url)), token?.[0]))
  const context = contextOf(connection, keys, role ?? null)
  const findings = await examine(context)
  const isReached =
    findings.every(({ code }) => code !== 'too-late') && findings.some(({ code }) => code === 'redis-reached')
  const services = isReached ? servicesOf(await context.fleet()) : []
  connection.close()
  const isWell = findings.every(({ level }) => level !== 'problem')
  const head = { ok: isWell, version: SDK_VERSION, redis: hostOf(url), prefix: keys.prefix, checkedAt: Date.now() }
  const answer = json
    ? JSON.stringify({ ...head, findings, services }, null, 2)
    : `quasar doctor ${SDK_VERSION}, ${head.redis}, ${head.prefix}\n\n${textOf(findings)}`
  process.stdout.write(`${answer}\n`)
  if (!isWell) process.exitCode = 1
}
