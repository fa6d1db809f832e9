import type { MessagePort } from 'node:worker_threads'
import type { PeopleStore } from '../../ports/people.js'
import { serve } from '../../sql/thread/serve.js'
import type { Method } from './methods.js'

/** Answers what the other side of the port asks for: on the thread of the store. */
export function servePeople(port: MessagePort, store: PeopleStore): void {
  serve(port, (method, args) => {
    const work = store[method as Method] as (...args: readonly unknown[]) => Promise<unknown>
    return work(...args)
  })
}
