// Without a Redis: the HTTP apps in this process, where Zenith finds what they keep in memory.
import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { httpApps } from './apps.mjs'
import { freePort } from './child.mjs'

/** Starts one app after the other, since each reads its name and its port from the environment when it is loaded. */
export async function startEmbedded() {
  const targets = {}
  for (const { key, service, script } of httpApps) {
    process.env.QUASAR_SERVICE = service
    const port = await freePort()
    process.env.PORT = String(port)
    await import(script)
    await answering(port)
    targets[key] = `http://127.0.0.1:${port}`
  }
  return targets
}

/** Connects only: a request would be counted. */
async function answering(port) {
  for (let tries = 0; tries < 100; tries++) {
    const socket = connect(port, '127.0.0.1')
    const answered = await once(socket, 'connect').then(
      () => true,
      () => false,
    )
    socket.destroy()
    if (answered) return
    await sleep(50)
  }
  throw new Error(`nothing answers on port ${port}`)
}
