// The load, in a process of its own: a few keep-alive connections in a closed loop, of which some go away in the middle of a
// request. { port, from, count, routes, urls } → { asked, failed, aborted }.
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { answering, hello } from '../shared/child.mjs'
import { HANG_MS, kindOf, pathOf } from './plan.mjs'

const CONNECTIONS = 16
const END_OF_HEAD = Buffer.from('\r\n\r\n')

/** On a busy machine the answer may be there before its client is gone. */
const NOBODY = { resolve() {}, reject() {} }

class Connection {
  #port
  #socket
  #left = 0
  #status = 0
  #answered

  constructor(port) {
    this.#port = port
  }

  async open() {
    const socket = connect({ port: this.#port, host: '127.0.0.1', noDelay: true })
    await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject))
    socket.on('data', (part) => this.#take(part))
    socket.on('close', () => {
      if (this.#socket === socket) this.#answered?.reject(new Error('The server closed a connection'))
    })
    socket.on('error', () => {})
    this.#socket = socket
    this.#left = 0
  }

  /** @returns the status */
  ask(path) {
    return new Promise((resolve, reject) => {
      this.#answered = { resolve, reject }
      this.#socket.write(`GET ${path} HTTP/1.1\r\nhost: localhost\r\n\r\n`)
    })
  }

  /** Asks, and goes away before the answer is there. */
  async abandon(path) {
    this.#socket.write(`GET ${path} HTTP/1.1\r\nhost: localhost\r\n\r\n`)
    this.#answered = NOBODY
    await sleep(HANG_MS / 5)
    this.close()
    await this.open()
  }

  close() {
    this.#answered = null
    this.#socket.destroy()
  }

  /** An answer's head comes in one part. */
  #take(part) {
    if (this.#left > 0) this.#left -= part.length
    else this.#left = this.#begin(part)
    if (this.#left > 0) return
    const { resolve } = this.#answered
    this.#answered = null
    resolve(this.#status)
  }

  /** @returns how many bytes are still to come */
  #begin(part) {
    const end = part.indexOf(END_OF_HEAD)
    const head = part.latin1Slice(0, end)
    this.#status = Number(head.slice(9, 12))
    const length = /content-length: (\d+)/i.exec(head)
    if (!length) throw new Error(`Not the answer that was expected: ${head}`)
    return end + END_OF_HEAD.length + Number(length[1]) - part.length
  }
}

async function load({ port, from, count, routes, urls }) {
  const connections = Array.from({ length: CONNECTIONS }, () => new Connection(port))
  await Promise.all(connections.map((connection) => connection.open()))
  const counts = { asked: 0, failed: 0, aborted: 0 }
  let next = from
  async function run(connection) {
    while (next < from + count) {
      const number = next++
      counts.asked += 1
      const path = pathOf(number, { routes, urls })
      if (kindOf(number) === 'hang') {
        await connection.abandon(path)
        counts.aborted += 1
      } else if ((await connection.ask(path)) >= 500) counts.failed += 1
    }
  }
  await Promise.all(connections.map(run))
  for (const connection of connections) connection.close()
  return counts
}

answering(load)
hello()
