import { globalSlot } from '../../lib/global-slot.js'

interface Monitored {
  stop(): Promise<void>
}

/** Workers and queues that are monitored without being asked for, until the app's own code asks for it. */
const guests = globalSlot('bullmq-guests', () => new WeakMap<object, Monitored>())

export function addGuest(subject: object, monitored: Monitored): void {
  guests.get().set(subject, monitored)
}

/** Ends what was not asked for, after what was asked for has begun: so nothing is missed in between. */
export function instead<T>(subject: object, monitored: T): T {
  void guests.get().get(subject)?.stop()
  guests.get().delete(subject)
  return monitored
}
