// `npm run demo`: five real apps with one line of Quasar each, a load generator that uses them, and Zenith's page.
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { openAlerts } from './alerts.mjs'
import { foreignScript, httpApps, languagesScript, loadScript, watchApp, workerApp } from './apps.mjs'
import { openArchive } from './archive.mjs'
import { buildPackage } from './build-package.mjs'
import { freePort, startChild } from './child.mjs'
import { clusterOptions, clusters, startClusters } from './clusters.mjs'
import { compileNest } from './compile-nest.mjs'
import { startEmbedded } from './embedded.mjs'
import { openPage } from './page.mjs'
import { addPeople, PASSWORD, people } from './people.mjs'
import { chooseRedis, privateRedis } from './redis.mjs'

// As the apps run on a developer's machine.
process.env.NODE_ENV = 'development'
// Every 2 s in place of 10, so that there is something to see at once.
process.env.QUASAR_INTERVAL ??= '2000'
// Workers record finished jobs for the archive, and seal their payloads with the token that Zenith has, too.
process.env.QUASAR_ARCHIVE_JOBS ??= 'payloads'
process.env.QUASAR_TOKEN ??= randomBytes(24).toString('base64url')

// `npm run demo --ignore-scripts` takes the package as it is built.
const isClustered = process.argv.includes('--clusters')
const isBuilding = process.argv.includes('--build') && process.env.npm_config_ignore_scripts !== 'true'

const say = (line) => process.stdout.write(`${line}\n`)
const children = []
let redis = null
let page = null
let archive = null
let alerting = null
let zenith = null
let link = null
let isStopping = false

function begin(options) {
  const child = startChild({ ...options, onDeath: say })
  children.push(child)
  return child
}

/** Says what is done now, in the terminal and on the early page. */
function step(words) {
  say(`  ${words} …`)
  page.tell(words)
}

async function startApps(url) {
  const targets = {}
  const env = { QUASAR_REDIS_URL: url, REDIS_URL: url }
  // Queues are looked for once a minute: those that are there at the start are seen at once.
  await begin({ name: 'the apps of other kinds', script: foreignScript, env }).ready
  const started = [workerApp, watchApp].map(({ service, script }) =>
    begin({ name: service, script, env: { ...env, QUASAR_SERVICE: service } }),
  )
  for (const { key, service, script } of httpApps) {
    const port = String(await freePort())
    targets[key] = `http://127.0.0.1:${port}`
    started.push(begin({ name: service, script, env: { ...env, QUASAR_SERVICE: service, PORT: port } }))
  }
  await Promise.all(started.map(({ ready }) => ready))
  return targets
}

/** Zenith opens by a link, to this machine alone. */
async function servePage(options) {
  const { createLoginLink, createZenith, toNodeHandler } = await import('@gravito/quasar/zenith')
  link = createLoginLink({
    where: 'Open the link that the demo printed in its terminal, or start it again for a new one.',
  })
  archive = await openArchive()
  alerting = await openAlerts(say, page.url)
  zenith = createZenith({ ...options, archive: archive.archive, alerts: alerting.alerts, auth: { link } })
  page.serve(toNodeHandler(zenith))
}

/** Zenith opens by a log-in: people have rights in some clusters. */
async function serveClusters(url) {
  const { createZenith, toNodeHandler } = await import('@gravito/quasar/zenith')
  archive = await openArchive()
  alerting = await openAlerts(say, page.url)
  let take = () => {}
  const setup = new Promise((resolve) => {
    take = resolve
  })
  zenith = createZenith({
    ...{ clusters: await clusterOptions(url), archive: archive.archive, alerts: alerting.alerts },
    auth: { people: { url: page.url } },
    onSetup: take,
  })
  page.serve(toNodeHandler(zenith))
  await addPeople(page.url, await setup)
}

/** What can be done with queues on the page takes a connection of Zenith's own. */
async function sourcesOn(url) {
  const { bullmqQueues } = await import('@gravito/quasar/queues/bullmq')
  const { laravelQueues } = await import('@gravito/quasar/queues/laravel')
  const { gravitoStreamQueues } = await import('@gravito/quasar/queues/gravito-stream')
  const { redisListQueues } = await import('@gravito/quasar/queues/redis-list')
  return [
    bullmqQueues({ connection: url }),
    laravelQueues({ redis: url, prefix: 'laravel-database-' }),
    gravitoStreamQueues({ redis: url }),
    redisListQueues({ redis: url, queues: ['thumbnails'] }),
  ]
}

async function start() {
  page = await openPage(readPort(process.env.PORT))
  say(`The demo will be at ${page.url}; Ctrl-C ends it.`)
  if (isBuilding) {
    step('Building the package and its page, about half a minute')
    await buildPackage()
  }
  if (isClustered) return startClustered()
  step('Looking for a Redis')
  redis = await chooseRedis(say)
  step('Compiling the app for Nest')
  await compileNest()
  step(`Starting ${httpApps.length + (redis ? 3 : 0)} apps`)
  const targets = redis ? await startApps(redis.url) : await startEmbedded()
  step('Starting Zenith')
  await servePage(redis ? { redis: redis.url, queues: await sourcesOn(redis.url) } : {})
  const load = { targets, redisUrl: redis?.url }
  begin({ name: 'the load generator', script: loadScript, env: { QUASAR_DEMO_LOAD: JSON.stringify(load) } })
  introduce()
  if (redis) startLanguages(redis.url)
}

/** Building them takes a while at first: the page is there before them. */
function startLanguages(url) {
  if (process.env.QUASAR_DEMO_LANGUAGES === 'none') return
  const env = { QUASAR_REDIS_URL: url, REDIS_URL: url }
  const onMessage = ({ running, missing, failures }) => {
    if (running.length > 0) say(`  Also on the page: ${running.join(', ')}.`)
    for (const failure of failures) say(`  It does not start: ${failure}`)
    if (missing.length > 0) say(`  Left out, because Go, Python 3 or PHP is not installed: ${missing.join(', ')}.`)
  }
  begin({ name: 'the apps in other languages', script: languagesScript, env, onMessage }).ready.catch(({ message }) => {
    if (!isStopping) say(`the apps in other languages: ${message}`)
  })
}

async function startClustered() {
  step('Starting a Redis')
  redis = await privateRedis(say)
  step(`Starting the apps of ${clusters.length} clusters`)
  await startClusters(redis.url, begin)
  step('Starting Zenith and adding its users')
  await serveClusters(redis.url)
  say('')
  say(`  ${clusters.map(({ name }) => name).join(', ')}: three clusters on databases of ${redis.label}.`)
  say(`  Log in with the password "${PASSWORD}" as`)
  for (const { name, words } of people) say(`    ${name}, ${words}`)
  say('')
  say(`  Open ${page.url}`)
  say('  Ctrl-C ends everything.')
  say('')
}

function introduce() {
  const services = [...httpApps, ...(redis ? [workerApp, watchApp] : [])].map(({ service }) => service)
  say('')
  say(`  ${services.join(', ')}`)
  if (redis) say(`  report to ${redis.label}.`)
  else
    say(
      '  run in this one process and report to its memory: there is no Redis. Left out: the BullMQ worker (mail-worker) and the queues.',
    )
  if (!redis) say('  To see it too, install redis-server or set REDIS_URL.')
  say(
    `  Zenith archives to ${archive.dir} until the demo ends; finished jobs are found there by their payloads, such as to:customer-7@example.com.`,
  )
  say('  Within a minute an alert fires: see Alerts on the page. Its messages are printed here.')
  say('')
  say(`  Open ${page.url}/${link.make()}`)
  say('  The link works once and for 15 minutes. Ctrl-C ends everything.')
  say('')
}

function readPort(text) {
  const port = Number(text || 4280)
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port
  throw new Error(`PORT is ${JSON.stringify(text)}: it takes a number from 0 (any free port) to 65535.`)
}

/** The apps end before their Redis, so that each can say good-bye; one that is busy gets 4.3 s for it. */
async function stop(code) {
  if (isStopping) return
  isStopping = true
  page?.close()
  await Promise.all(children.map((child) => child.stop(4_300)))
  await Promise.race([zenith?.close(), sleep(1_500)])
  alerting?.close()
  archive?.remove()
  await redis?.keeper?.stop(500)
  process.exit(code)
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => void stop(0))

start().catch((error) => {
  // Ending the apps while they start is what Ctrl-C asked for.
  if (isStopping) return
  process.stderr.write(`${error.message}\n`)
  void stop(1)
})
