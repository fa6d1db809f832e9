import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { inTimeHeld } from '../../lib/async.js'
import type { Archive } from '../../ports/index.js'
import {
  createLoginLink,
  createZenith,
  type LoginLink,
  toNodeHandler,
  type Zenith,
} from '../../runtime/create-zenith.js'
import type { ArchiveSettings } from '../arguments/archive.js'
import { type Command, Problem, wrongUse } from '../arguments/command.js'
import { describeOptions, type Parsed, readOptions } from '../arguments/options.js'
import { DEFAULT_REDIS, hostOf } from '../arguments/values.js'
import { onLine, type Voice, voiceOf } from '../terminal/lines.js'
import { openBrowser, openSecretly } from '../terminal/open-browser.js'
import { openArchive } from './zenith-archive.js'
import { clusterOptions, type NamedRedis, namedRedises } from './zenith-clusters.js'
import { settingsOf, ZENITH_OPTIONS, type ZenithSettings } from './zenith-options.js'

const ASK_REDIS_AGAIN_MS = 2_000
/** A connection that does not end within this time is closed, ms. */
const CLOSE_WITHIN_MS = 1_000

const HELP = `Usage: quasar zenith [options]

Serves the page that shows what your apps report.

Options and their environment variables:
${describeOptions(ZENITH_OPTIONS)}

Without --people, --auth-user or --bearer it prints a link that opens the page on this machine, once and within 15 minutes. Press Enter
or restart it for a new link. Scripts send the token of --bearer. Keep secrets in variables: others can read command lines.
With QUASAR_SECRET (16 characters or more) log-ins survive a restart.
A variable with _FILE behind its name, QUASAR_TOKEN_FILE, names a file with the value. quasar config check FILE checks a file for --config.

It archives into ./quasar-data what Redis keeps for an hour only; quasar archive --help has the commands for it.
`

export const zenithCommand: Command = {
  summary: 'serves the page',
  help: HELP,
  async run(args, env) {
    const parsed = readOptions(args, ZENITH_OPTIONS, env)
    if (parsed.isHelp) {
      process.stdout.write(HELP)
      return
    }
    const settings = await settingsFrom(parsed, env)
    // Zenith reads it there, for sessions and for receivers of alerts.
    if (settings.secret !== undefined) env.QUASAR_SECRET = settings.secret
    await serve(settings, parsed.ignored)
  },
}

/** The configuration file is read by code that only a file needs. */
async function settingsFrom(parsed: Parsed<typeof ZENITH_OPTIONS>, env: NodeJS.ProcessEnv): Promise<ZenithSettings> {
  const { config } = parsed.values
  if (config === undefined) return settingsOf(parsed.values, env)
  const { readConfig, settingsWith } = await import('./zenith-config.js')
  return settingsWith(readConfig(config, env), parsed, env)
}

function foreign(name: string): string {
  return `${name} has the address of a Kubernetes Service named "quasar", not a port: it is ignored. "enableServiceLinks: false" in the pod removes it; --port sets a port.`
}

const NO_REDIS = `No Redis is configured, so Zenith reads ${DEFAULT_REDIS}. Apps without QUASAR_REDIS_URL or REDIS_URL report to their own memory: set one of them for both.`

/** @param ignored names of variables */
async function serve(settings: ZenithSettings, ignored: readonly string[]): Promise<void> {
  const voice = voiceOf(settings.isQuiet)
  for (const name of ignored) voice.warn(foreign(name))
  const access = settings.isLocalOnly ? accessOf(settings, voice) : null
  const { archive, line } = await openArchive(settings.archive, voice)
  const setup = setupOf(voice)
  const zenith = await create(settings, { link: access?.link, archive, onSetup: setup.take }, voice)
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
  if (line) voice.say(line)
  setup.begin(settings.url ?? url)
  if (settings.isDefaultRedis) voice.warn(NO_REDIS)
  if (access) access.begin(url)
  else if (settings.isOpening) openBrowser(url)
  for (const one of namedRedises(settings)) void tellAboutRedis(zenith, one, voice)
}

/** The link for the first admin, printed once both it and the URL are known. To stderr: it is for who started this, not for a log. */
function setupOf(voice: Voice) {
  let [path, url]: [string | null, string | null] = [null, null]
  const print = () => {
    if (path !== null && url !== null)
      voice.warn(
        `There is no admin yet. Create the first admin by this link, once and within 15 minutes:\n\n  ${url}${path}\n`,
      )
  }
  return {
    take(made: string) {
      path = made
      print()
    },
    begin(known: string) {
      url = known.endsWith('/') ? known : `${known}/`
      print()
    },
  }
}

interface Access {
  readonly link: LoginLink
  /** @param url of Zenith */
  begin(url: string): void
}

/** Log-in for the user at this machine. */
function accessOf({ isOpening, isQuiet }: ZenithSettings, voice: Voice): Access {
  let closeFile = () => {}
  let hasKeys = false
  const anew = () => `${hasKeys ? 'Press Enter' : 'Restart Zenith'} for a link for another browser.`
  const link = createLoginLink({
    where: isQuiet ? WHERE_QUIET : WHERE,
    onOpen() {
      closeFile()
      voice.say(`The link was opened. ${anew()}`)
    },
  })
  function print(url: string): string {
    const whole = url + link.make()
    voice.say(`Open this link on this machine. It works once, within 15 minutes:\n\n  ${whole}\n`)
    return whole
  }
  return {
    link,
    begin(url) {
      hasKeys = !isQuiet && onLine(() => void print(url))
      const whole = print(url)
      if (isOpening) closeFile = tryOpening(whole, voice)
    },
  }
}

/** The folder for temporary files may be full or read-only: the link is printed anyway. */
function tryOpening(link: string, voice: Voice): () => void {
  try {
    return openSecretly(link)
  } catch (error) {
    voice.warn(`Could not open the browser: ${error instanceof Error ? error.message : error}`)
    return () => {}
  }
}

const WHERE =
  'Open the newest link that quasar zenith printed in its terminal. For a new one press Enter there, or restart it.'
const WHERE_QUIET = 'Zenith runs with --quiet and prints no link: restart it with --open, or without --quiet.'

interface Parts {
  readonly link: LoginLink | undefined
  readonly archive: Archive | null
  readonly onSetup: (path: string) => void
}

async function create(settings: ZenithSettings, { link, archive, onSetup }: Parts, voice: Voice): Promise<Zenith> {
  try {
    const { archive: archiving } = settings
    return createZenith({
      ...(await clusterOptions(settings)),
      ...(link ? { auth: { link } } : {}),
      onSetup,
      ...(archiving && archive && archiveOptions(archiving, archive)),
      logger: { info: voice.say, warn: voice.warn, error: voice.warn },
    })
  } catch (error) {
    await archive?.close()
    throw wrongUse(error instanceof Error ? error.message : String(error))
  }
}

function archiveOptions({ retention, archivePayloads }: ArchiveSettings, archive: Archive) {
  return { archive, retention, ...(archivePayloads !== undefined && { archivePayloads }) }
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
  if (code === 'EADDRINUSE') return `port ${port} of ${host} is in use; choose another with --port.`
  if (code === 'EACCES') return `this user can't use port ${port}; choose 1024 or more with --port.`
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return `${host} is not an address of this machine.`
  return `can't listen at ${host}:${port}: ${error instanceof Error ? error.message : error}.`
}

function urlOf(server: Server, { host, zenith }: ZenithSettings): string {
  const { port } = server.address() as AddressInfo
  const name = host.includes(':') ? `[${host}]` : host
  return `http://${name}:${port}${zenith.basePath?.replace(/\/$/, '')}/`
}

async function tellAboutRedis(zenith: Zenith, { id, redis }: NamedRedis, voice: Voice): Promise<void> {
  const name = zenith.clusters.length > 1 ? `${hostOf(redis)} (${id})` : hostOf(redis)
  let health = await zenith.health(id)
  if (health.ok) {
    voice.say(`Zenith reads ${name}`)
    return
  }
  voice.warn(`${name}: ${health.error}. The page reports this, too; Zenith keeps trying.`)
  while (!health.ok) {
    await wait(ASK_REDIS_AGAIN_MS, undefined, { ref: false })
    health = await zenith.health(id)
  }
  voice.say(`${name} answers now`)
}

/** The process belongs to this command: nothing else decides when it ends. */
function endOnSignal(server: Server, zenith: Zenith): void {
  let isEnding = false
  const end = async () => {
    if (isEnding) process.exit(0)
    isEnding = true
    const closed = once(server, 'close')
    server.close()
    await inTimeHeld(zenith.close(), CLOSE_WITHIN_MS)
    server.closeAllConnections()
    await inTimeHeld(closed, CLOSE_WITHIN_MS / 2)
    process.exit(0)
  }
  process.on('SIGINT', () => void end())
  process.on('SIGTERM', () => void end())
}
