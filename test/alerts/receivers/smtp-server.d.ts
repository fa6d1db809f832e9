/** The part of smtp-server that the tests use: it brings no types. */
declare module 'smtp-server' {
  import type { EventEmitter } from 'node:events'
  import type { Server } from 'node:net'
  import type { Readable } from 'node:stream'

  export interface Session {
    readonly envelope: { readonly rcptTo: readonly { readonly address: string }[] }
  }

  type Done = (error?: Error | null, message?: unknown) => void

  export interface ServerOptions {
    readonly authOptional?: boolean
    readonly hideSTARTTLS?: boolean
    readonly secure?: boolean
    readonly key?: string
    readonly cert?: string
    readonly disabledCommands?: readonly string[]
    readonly allowInsecureAuth?: boolean
    onAuth?(auth: { readonly username?: string; readonly password?: string }, session: Session, done: Done): void
    onRcptTo?(address: { readonly address: string }, session: Session, done: Done): void
    onData?(stream: Readable, session: Session, done: Done): void
  }

  export class SMTPServer extends EventEmitter {
    readonly server: Server
    constructor(options: ServerOptions)
    listen(port: number, host: string): Server
    close(done?: () => void): void
  }
}
