import type { Notification, Sender } from '../../alerts/notification.js'
import type { ClusterInfo } from '../../api/clusters.js'

/**
 * A sender for one of several clusters: messages name it, lead to it, and share no id with those of another, which has alerts of the same
 * rules and names.
 */
export function senderIn(cluster: ClusterInfo, sender: Sender): Sender {
  return {
    send: (receiver, notification) => sender.send(receiver, inCluster(cluster, notification)),
    beat: (receiver) => sender.beat(receiver),
    close: () => sender.close(),
  }
}

function inCluster(cluster: ClusterInfo, notification: Notification): Notification {
  const { id, name } = cluster
  return {
    ...notification,
    id: `${notification.id}.${id}`,
    title: `[${name}] ${notification.title}`,
    cluster: { id, name },
    url: urlIn(id, notification.url),
    alerts: notification.alerts.map((alert) => ({ ...alert, id: `${id}/${alert.id}`, url: urlIn(id, alert.url) })),
  }
}

function urlIn(id: string, url: string | null): string | null {
  if (url === null) return null
  const to = new URL(url)
  to.searchParams.set('cluster', id)
  return to.href
}
