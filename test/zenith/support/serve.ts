import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface TestServer {
  /** `http://localhost:1234`, without a slash at the end. */
  readonly url: string
  readonly server: Server
  close(): Promise<void>
}

/** Serves on a free port of this machine. */
export async function serve(listener: RequestListener): Promise<TestServer> {
  return listen(createServer(listener))
}

export async function listen(server: Server): Promise<TestServer> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: urlOf(server),
    server,
    async close() {
      if (!server.listening) return
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

export function urlOf(server: Server): string {
  return `http://localhost:${(server.address() as AddressInfo).port}`
}

/** Runs with an environment variable set, or without it, and puts it back. */
export async function withEnv<T>(name: string, value: string | undefined, run: () => T | Promise<T>): Promise<T> {
  const before = process.env[name]
  set(name, value)
  try {
    return await run()
  } finally {
    set(name, before)
  }
}

function set(name: string, value: string | undefined): void {
  if (value === undefined) delete process.env[name]
  else process.env[name] = value
}
