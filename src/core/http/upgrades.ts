import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { IncomingMessage, Server } from 'node:http'
import type { Socket } from 'node:net'
import { globalSlot } from '../../lib/global-slot.js'
import type { LiveTrace } from './request-trace.js'

/** Where upgrades are reported. Nothing of it throws. */
export interface UpgradeSink {
  /** A request for an upgrade, or a CONNECT, has arrived. Null when it is ignored. */
  upgrading(request: IncomingMessage): LiveTrace | null
  upgraded(trace: LiveTrace): void
  closed(trace: LiveTrace): void
}

interface Upgrade {
  readonly sink: UpgradeSink
  readonly trace: LiveTrace
}

/** What all recorders of a process share, also those of the ESM and the CJS copy of the package. */
interface Registry {
  /** The one that was started first in front. */
  readonly sinks: UpgradeSink[]
  /** Whose requests came by a server. */
  readonly owners: WeakMap<object, UpgradeSink>
  readonly upgrades: WeakMap<IncomingMessage, Upgrade>
  /** TLS servers that are listened to. */
  readonly secure: Set<WeakRef<Server>>
}

/** Node's own of a connection: its parser is taken away when it is handed over to who accepts an upgrade. */
type Connection = Socket & {
  readonly server?: Server
  readonly parser?: { readonly incoming?: (IncomingMessage & { readonly upgrade?: boolean }) | null } | null
}

/** Node tells of every connection that a server accepts, so that those of servers without any request are known, too. */
const ACCEPTED = 'net.server.socket'

const registry = globalSlot(
  'upgrades',
  (): Registry => ({ sinks: [], owners: new WeakMap(), upgrades: new WeakMap(), secure: new Set() }),
)

/**
 * Reports upgrades of all servers of this process whose requests are no other recorder's. The server itself stays as it is: a
 * listener of `upgrade` would be counted by libraries (@hono/node-server refuses an upgrade only when its own is the only one),
 * and without another one would hold requests that Node answers otherwise.
 *
 * @returns ends it
 */
export function watchUpgrades(sink: UpgradeSink): () => void {
  const { sinks } = registry.get()
  sinks.push(sink)
  if (sinks.length === 1) subscribe(ACCEPTED, onAccepted)
  return () => {
    const place = sinks.indexOf(sink)
    if (place !== -1) sinks.splice(place, 1)
    if (sinks.length === 0) stopListening()
  }
}

/** The upgrades of this server are a recorder's whose requests come by it; the first one's, when there are several. */
export function claimServer(server: object | undefined, sink: UpgradeSink): void {
  const { sinks, owners } = registry.get()
  const owner = server && owners.get(server)
  if (server && (!owner || !sinks.includes(owner))) owners.set(server, sink)
}

/** Whether what comes by a server is for this recorder. */
export function isOwner(server: object, sink: UpgradeSink): boolean {
  return ownerOf(server) === sink
}

/** The trace of a request for an upgrade, answered or not; null when it is not followed. */
export function traceOfUpgrade(request: IncomingMessage): LiveTrace | null {
  return registry.get().upgrades.get(request)?.trace ?? null
}

function ownerOf(server: object | undefined): UpgradeSink | undefined {
  const { sinks, owners } = registry.get()
  const owner = server && owners.get(server)
  return owner && sinks.includes(owner) ? owner : sinks[0]
}

function stopListening(): void {
  const { secure } = registry.get()
  unsubscribe(ACCEPTED, onAccepted)
  for (const server of secure) server.deref()?.removeListener('secureConnection', watchSocket)
  secure.clear()
}

function onAccepted(message: unknown): void {
  const { socket } = message as { readonly socket: Connection }
  const server = socket.server as (Server & { readonly setSecureContext?: unknown }) | undefined
  if (!server) return
  if (!server.setSecureContext) watchSocket(socket)
  // Its requests come by another object, which there is after the handshake.
  else if (!server.listeners('secureConnection').includes(watchSocket)) {
    server.on('secureConnection', watchSocket)
    registry.get().secure.add(new WeakRef(server))
  }
}

/** Connections of servers that take no upgrades cost nothing. */
function watchSocket(socket: Connection): void {
  const { server } = socket
  if (!server || (server.listenerCount('upgrade') === 0 && server.listenerCount('connect') === 0)) return
  socket.on('removeListener', onListenerRemoved)
}

/**
 * Before Node emits `upgrade` or `connect`, it takes its own listeners off the connection. Seen in Node 20 to 26; of all of them
 * Node 20 tells of this one only.
 */
function onListenerRemoved(this: Connection, event: string | symbol): void {
  if (event !== 'end') return
  const request = this.parser?.incoming
  if (!request?.upgrade) return
  this.removeListener('removeListener', onListenerRemoved)
  begin(this, request)
}

function begin(socket: Connection, request: IncomingMessage): void {
  const sink = ownerOf(socket.server)
  const trace = sink?.upgrading(request)
  if (!sink || !trace) return
  registry.get().upgrades.set(request, { sink, trace })
  let isOpen = false
  onFirstBytes(socket, (status) => {
    if (!isAccepted(request, status)) trace.end(status, false)
    else if (trace.list) {
      // Left out by the app, it would not be on the list any more.
      isOpen = true
      trace.discard()
      sink.upgraded(trace)
    }
  })
  socket.once('close', () => {
    // One that nobody answered is neither.
    if (isOpen) sink.closed(trace)
    else trace.discard()
  })
}

function isAccepted({ method }: IncomingMessage, status: number): boolean {
  return status === 101 || (method === 'CONNECT' && status >= 200 && status < 300)
}

const WRITERS = ['write', 'end'] as const

/**
 * Tells the status that is the first to be written to a connection, and is off again before it is. The answer to an upgrade is
 * written by the libraries themselves: nothing but its bytes says what it is.
 *
 * @param tell must not throw; not called when something else is written
 */
export function onFirstBytes(socket: Socket, tell: (status: number) => void): void {
  const undo = WRITERS.map((name) =>
    stepBefore(socket, name, (chunk) => {
      const status = statusIn(chunk)
      if (status !== null && status < 200 && status !== 101) return
      if (chunk === undefined || typeof chunk === 'function') return
      for (const step of undo) step()
      if (status !== null) tell(status)
    }),
  )
}

/** @returns puts back what was there */
function stepBefore(socket: Socket, name: 'write' | 'end', look: (chunk: unknown) => void): () => void {
  const own = Object.getOwnPropertyDescriptor(socket, name)
  const write = socket[name] as (this: Socket, ...args: unknown[]) => unknown
  let isOff = false
  const value = function (this: Socket, ...args: unknown[]): unknown {
    if (!isOff) look(args[0])
    return write.apply(this, args)
  }
  Object.defineProperty(socket, name, { value, configurable: true, writable: true })
  return () => {
    isOff = true
    // Who has put something in front of it since goes on through it.
    if (socket[name] !== (value as unknown)) return
    if (own) Object.defineProperty(socket, name, own)
    else Reflect.deleteProperty(socket, name)
  }
}

/** `HTTP/1.1 101 …` → 101; null for anything else. */
function statusIn(chunk: unknown): number | null {
  const text = chunk instanceof Uint8Array ? Buffer.from(chunk.subarray(0, 16)).toString('latin1') : chunk
  const found = typeof text === 'string' ? /^HTTP\/1\.[01] (\d{3})/.exec(text) : null
  return found ? Number(found[1]) : null
}
