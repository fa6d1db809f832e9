import { packed } from './packed.js'
import type { ShownAlerts, StoredAlerts } from './stored.js'

/** A document has at most 1,048,576 characters. What is cut is told of in fewer words, or shown no longer; nothing fails for it. */
const MAX_CHARS = 1_000_000
const FEWER_TRACKS = 300

/**
 * As JSON, or deflated where that is too long: 1,000 alerts and 200 messages fit, whatever they are about. Only texts that can't be
 * deflated are cut.
 */
export async function fittingState(state: StoredAlerts): Promise<string> {
  const whole = JSON.stringify(state)
  if (whole.length <= MAX_CHARS) return whole
  const shorter = shortened(state)
  let text = await packed(whole)
  if (text.length > MAX_CHARS) text = await packed(JSON.stringify(shorter))
  for (let most = FEWER_TRACKS; text.length > MAX_CHARS && most > 0; most = Math.floor(most / 2))
    text = await packed(JSON.stringify(fewer(shorter, most)))
  return text
}

/** Without the lines that only explain. */
function shortened(state: StoredAlerts): StoredAlerts {
  const tracks = state.engine.tracks.map((track) => {
    return { ...track, details: [], subject: { ...track.subject, services: track.subject.services.slice(0, 3) } }
  })
  const outbox = state.outbox.map((one) => {
    const { alerts, more } = one.notification
    const first = alerts.slice(0, 3).map((alert) => ({ ...alert, details: [] }))
    const notification = {
      ...one.notification,
      alerts: first,
      more: more + alerts.length - first.length,
      alsoFiring: [],
    }
    return { ...one, notification }
  })
  return { ...state, engine: { ...state.engine, tracks }, outbox, news: [] }
}

/** What fires before what may. @param most alerts, and a tenth as many messages */
function fewer(state: StoredAlerts, most: number): StoredAlerts {
  const { tracks, quiet } = state.engine
  const firing = [...tracks].sort((a, b) => Number(a.firedAt === null) - Number(b.firedAt === null))
  const kept = Object.fromEntries(Object.entries(quiet).slice(-most))
  return {
    ...state,
    engine: { tracks: firing.slice(0, most), quiet: kept },
    outbox: state.outbox.slice(-Math.ceil(most / 10)),
  }
}

/** As JSON. */
export function fittingShown(shown: ShownAlerts): string {
  const text = JSON.stringify(shown)
  if (text.length <= MAX_CHARS) return text
  const { events, deliveries, rules } = shown
  if (events.length + deliveries.length === 0) return JSON.stringify({ events, deliveries, rules: withoutLists(rules) })
  const half = (list: readonly unknown[]) => list.slice(0, Math.floor(list.length / 2))
  return fittingShown({ ...shown, events: half(events), deliveries: half(deliveries) } as ShownAlerts)
}

/** What is left of 500 rules is at most 700 kB. */
function withoutLists(rules: ShownAlerts['rules']): ShownAlerts['rules'] {
  const short = Object.entries(rules).map(([id, { worst, ...rest }]) => {
    return [id, { ...rest, worst: worst && { ...worst, services: [] }, spark: [] }]
  })
  return Object.fromEntries(short)
}
