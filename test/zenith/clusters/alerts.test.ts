import { expect, it } from 'vitest'
import type { Notification } from '../../../src/alerts/notification.js'
import { senderIn } from '../../../src/zenith/alerts/in-cluster.js'
import { aNotification, aReceiver } from '../../alerts/receivers/given.js'

/** What a sender of a cluster passes on. */
async function sentIn(id: string, name: string, notification: Notification): Promise<Notification> {
  let sent = notification
  const sender = senderIn(
    { id, name, colour: 'red', environment: null },
    {
      send: async (_receiver, given) => {
        sent = given
        return { ok: true } as never
      },
      beat: async () => ({ ok: true }) as never,
      close: async () => {},
    },
  )
  await sender.send(aReceiver(), notification)
  return sent
}

it('messages of a cluster name it, lead to it, and share no id with those of another', async () => {
  const message = aNotification()
  const staging = await sentIn('staging', 'Staging', message)
  const production = await sentIn('production', 'Production', message)
  expect(staging).toMatchObject({ title: `[Staging] ${message.title}`, cluster: { id: 'staging', name: 'Staging' } })
  const ids = [staging, production].flatMap(({ id, alerts }) => [id, ...alerts.map((alert) => alert.id)])
  expect(new Set(ids).size).toBe(ids.length)
  const clusters = [staging.url, ...staging.alerts.map(({ url }) => url)].map(
    (url) => url && new URL(url).searchParams.get('cluster'),
  )
  expect(new Set(clusters)).toEqual(new Set(['staging']))
})

it('without a URL of the page they have none', async () => {
  const bare = { ...aNotification(), url: null }
  expect((await sentIn('staging', 'Staging', bare)).url).toBeNull()
})
