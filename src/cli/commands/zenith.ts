import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { createZenith, toNodeHandler, type Zenith } from '../../create-zenith.js'
import { openQueues } from '../../queue-drivers.js'
import { openBrowser } from '../open-browser.js'
import { describeOptions, readOptions } from '../options.js'
import { Problem, wrongUse } from '../problem.js'
import { hostOf } from '../redis-url.js'
import type { Command } from '../run-command.js'
import { type Voice, voiceOf } from '../voice.js'
import { settingsOf, ZENITH_OPTIONS, type ZenithSettings } from './zenith-options.js'

const ASK_REDIS_AGAIN_MS = 2_000
/** A connection that does not end by itself is cut. */
const CLOSE_WITHIN_MS = 1_000

const HELP = `Usage: quasar zenith [options]

Serves the page that shows what the recorders report.

Options, and the variables of the environment that stand for them:
${describeOptions(ZENITH_OPTIONS)}

Without --auth-user or --bearer only this machine itself may see it. Keep secrets in variables: others may read a command
line. QUASAR_SECRET (16 characters or more) makes log-ins outlive a restart.
`

export const zenithCommand: Command = {
  summary: 'serves the page',
  help: HELP,
  async run(args, env) {
    const { isHelp, values } = readOptions(args, ZENITH_OPTIONS, env)
    if (isHelp) process.stdout.write(HELP)
    else await serve(settingsOf(values, env))
  },
}

async function serve(settings: ZenithSettings): Promise<void> {
  const voice = voiceOf(settings.isQuiet)
  const zenith = await create(settings, voice)
  const server = createServer(toNodeHandler(zenith))
  try {
    await listen(server, settings)
  } catch (error) {
    await zenith.close()
    throw error
  }
  const url = urlOf(server, settings)
  endOnSignal(server, zenith)
  voice.say(`Zenith is at ${url}`)
  if (settings.isLocalOnly) {
    voice.say('Only this machine itself may see it; put no proxy in front before it asks who comes (--auth-user).')
  }
  if (settings.isOpening) openBrowser(url)
  void tellAboutRedis(zenith, hostOf(settings.zenith.redis), voice)
}

async function create({ zenith, queues }: ZenithSettings, voice: Voice): Promise<Zenith> {
  try {
    const sources = await openQueues(queues.words, queues.redis)
    return createZenith({
      ...zenith,
      queues: sources,
      logger: { info: voice.say, warn: voice.warn, error: voice.warn },
    })
  } catch (error) {
    throw wrongUse(error instanceof Error ? error.message : String(error))
  }
}

async function listen(server: Server, { host, port }: ZenithSettings): Promise<void> {
  server.listen(port, host)
  try {
    await once(server, 'listening')
  } catch (error) {
    throw new Problem(whyNot(error, host, port), 1)
  }
}

function whyNot(error: unknown, host: string, port: number): string {
  const code = error instanceof Error && 'code' in error ? error.code : null
  if (code === 'EADDRINUSE') return `port ${port} of ${host} is taken; --port says another.`
  if (code === 'EACCES') return `port ${port} is not for this user; --port says another, 1024 or more.`
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return `${host} is no address of this machine.`
  return `can't listen at ${host}:${port}: ${error instanceof Error ? error.message : error}.`
}

function urlOf(server: Server, { host, zenith }: ZenithSettings): string {
  const { port } = server.address() as AddressInfo
  const name = host.includes(':') ? `[${host}]` : host
  return `http://${name}:${port}${zenith.basePath?.replace(/\/$/, '')}/`
}

async function tellAboutRedis(zenith: Zenith, name: string, voice: Voice): Promise<void> {
  let health = await zenith.health()
  if (health.ok) {
    voice.say(`It reads ${name}`)
    return
  }
  voice.warn(`${name}: ${health.error}. The page says so, too, and goes on by itself.`)
  while (!health.ok) {
    await wait(ASK_REDIS_AGAIN_MS, undefined, { ref: false })
    health = await zenith.health()
  }
  voice.say(`${name} answers now`)
}

/** This process is ours: nothing else decides when it ends. */
function endOnSignal(server: Server, zenith: Zenith): void {
  let isEnding = false
  const end = async () => {
    if (isEnding) process.exit(0)
    isEnding = true
    const closed = once(server, 'close')
    server.close()
    await Promise.race([zenith.close(), wait(CLOSE_WITHIN_MS)])
    server.closeAllConnections()
    await Promise.race([closed, wait(CLOSE_WITHIN_MS / 2)])
    process.exit(0)
  }
  process.on('SIGINT', () => void end())
  process.on('SIGTERM', () => void end())
}
