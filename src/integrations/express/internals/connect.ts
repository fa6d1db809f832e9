import type { IncomingMessage } from 'node:http'
import { mountTaking, takenPath } from '../../../core/http/mounts.js'

/** An app of Connect, seen in 3.7: paths, which are text, and their handlers. Apps within it hide in closures. */
export interface ConnectApp {
  readonly stack: readonly { readonly route: string; readonly handle: unknown }[]
}

/** Whether anything is an app of Connect that uses this middleware. */
export function isConnectWith(value: unknown, middleware: unknown): value is ConnectApp {
  const { stack } = value as Partial<ConnectApp>
  if (typeof value !== 'function' || !Array.isArray(stack)) return false
  return stack.every(({ route }) => typeof route === 'string') && stack.some(({ handle }) => handle === middleware)
}

/** The path that what answered is mounted on; empty when it is at the root. */
export function mountIn({ stack }: ConnectApp, request: IncomingMessage): string {
  const paths = stack.map(({ route }) => route)
  return mountTaking(paths, takenBefore(request as IncomingMessage & { baseUrl?: unknown })) ?? ''
}

/** Without what the mounts of an app of Express took within it. */
function takenBefore(request: IncomingMessage & { baseUrl?: unknown }): string {
  const taken = takenPath(request)
  const { baseUrl } = request
  if (typeof baseUrl !== 'string' || baseUrl === '' || !taken.endsWith(baseUrl)) return taken
  return taken.slice(0, -baseUrl.length)
}
