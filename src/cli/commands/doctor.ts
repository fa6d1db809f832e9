import { SDK_VERSION } from '../../core/report/version.js'
import { keysOf } from '../../protocol/index.js'
import { parseAddress } from '../../redis/address.js'
import { ownConnection } from '../../redis/own-connection.js'
import { placeAt, withTokenPassword } from '../../redis/target.js'
import type { Command } from '../arguments/command.js'
import {
  describeOptions,
  type OptionSpec,
  oneOf,
  type Parsed,
  readOptions,
  text,
  yesOrNo,
} from '../arguments/options.js'
import { DEFAULT_REDIS, hostOf, redisFrom, redisUrl, SECRET_OPTION, tokens } from '../arguments/values.js'
import { examine } from '../doctor/checks/examine.js'
import { contextOf } from '../doctor/context.js'
import { ROLES } from '../doctor/needed-rights.js'
import { textOf } from '../doctor/print.js'
import { servicesOf } from '../doctor/services.js'

const DOCTOR_OPTIONS = {
  redis: {
    value: 'URL',
    env: 'QUASAR_REDIS_URL',
    help: `the Redis that your apps report to; also REDIS_URL (default ${DEFAULT_REDIS})`,
    read: redisUrl,
  },
  prefix: {
    value: 'TEXT',
    env: 'QUASAR_PREFIX',
    help: 'prefix of all keys (default gravito:quasar:)',
    read: text(/.:$/, 'a text that ends with a colon'),
  },
  role: {
    value: 'ROLE',
    env: null,
    help: 'role of the Redis user: reporter, queues, zenith or operator (default: any)',
    read: oneOf(...ROLES),
  },
  token: {
    value: 'TOKEN',
    env: 'QUASAR_TOKEN',
    help: 'verifies the audit trail; also the password if the URL has a user and no password',
    read: tokens,
  },
  secret: SECRET_OPTION,
  json: { value: null, env: null, help: 'prints JSON', read: yesOrNo },
} as const satisfies Record<string, OptionSpec<unknown>>

const HELP = `Usage: quasar doctor [options]

Checks Redis, the user's rights, the clocks, the reporters and how your apps are set up, and suggests fixes.
It changes nothing and ends within 20 s.

Options and their environment variables:
${describeOptions(DOCTOR_OPTIONS)}

Exit codes: 0 without problems, 1 with problems, 2 for invalid options.
`

export const doctorCommand: Command = {
  summary: 'finds problems with Redis, rights, clocks and reporters',
  help: HELP,
  async run(args, env) {
    const { isHelp, values } = readOptions(args, DOCTOR_OPTIONS, env)
    if (isHelp) process.stdout.write(HELP)
    else {
      if (values.secret !== undefined) env.QUASAR_SECRET = values.secret
      await diagnose(values, values.redis ?? redisFrom(env))
    }
  },
}

type Values = Parsed<typeof DOCTOR_OPTIONS>['values']

async function diagnose({ prefix, role, json, token }: Values, url: string): Promise<void> {
  const keys = keysOf(prefix)
  const connection = ownConnection(withTokenPassword(placeAt(parseAddress(url)), token?.[0]))
  const context = contextOf(connection, keys, role ?? null, token)
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
