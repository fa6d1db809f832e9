// The load: a process of its own that keeps a few connections to every server and asks one of them at a time, each
// connection for the next answer as soon as it has the last. Told by messages: { id, port, ms } → { id, requests, ms }.
import { connect } from 'node:net'
import { performance } from 'node:perf_hooks'

const CONNECTIONS = 8
const PATHS = ['/users/7', '/api/orders/42', '/plain']
const REQUESTS = PATHS.map((path) => Buffer.from(`GET ${path} HTTP/1.1\r\nhost: localhost\r\n\r\n`))
const END_OF_HEAD = Buffer.from('\r\n\r\n')

/** Ready connections by port. */
const pools = new Map()

/** A connection that asks for one path after the other. An answer's end is found by its length, which never changes. */
class Connection {
  #socket
  #next = 0
  #asked = 0
  #waiting = 0
  #lengths = PATHS.map(() => 0)
  #onAnswer = null

  static async open(port) {
    const connection = new Connection()
    connection.#socket = connect({ port, host: '127.0.0.1', noDelay: true })
    connection.#socket.on('data', (part) => connection.#take(part))
    await new Promise((resolve, reject) => connection.#socket.once('connect', resolve).once('error', reject))
    return connection
  }

  /** Asks, and calls back when the answer is there. */
  ask(onAnswer) {
    this.#onAnswer = onAnswer
    this.#asked = this.#next
    this.#next = (this.#next + 1) % PATHS.length
    this.#waiting = this.#lengths[this.#asked]
    this.#socket.write(REQUESTS[this.#asked])
  }

  #take(part) {
    if (this.#lengths[this.#asked] === 0) this.#learn(part)
    this.#waiting -= part.length
    if (this.#waiting > 0) return
    if (this.#waiting < 0) throw new Error('An answer is longer than the first one was')
    this.#onAnswer()
  }

  /** The first answer to a path comes in one part. */
  #learn(part) {
    const head = part.indexOf(END_OF_HEAD)
    const text = part.subarray(0, head).toString()
    const body = /^content-length: *(\d+)/im.exec(text)
    if (!text.startsWith('HTTP/1.1 200') || !body) throw new Error(`Not the answer that was expected: ${text}`)
    this.#lengths[this.#asked] = head + END_OF_HEAD.length + Number(body[1])
    this.#waiting = this.#lengths[this.#asked]
  }
}

async function poolOf(port) {
  if (!pools.has(port)) {
    pools.set(port, await Promise.all(Array.from({ length: CONNECTIONS }, () => Connection.open(port))))
  }
  return pools.get(port)
}

/** Asks for so long, ms, and waits for the last answers. */
async function load(port, ms) {
  const connections = await poolOf(port)
  const start = performance.now()
  let requests = 0
  await Promise.all(
    connections.map(
      (connection) =>
        new Promise((resolve) => {
          const again = () => {
            requests += 1
            if (performance.now() - start >= ms) resolve()
            else connection.ask(again)
          }
          connection.ask(again)
        }),
    ),
  )
  return { requests, ms: performance.now() - start }
}

process.on('message', ({ id, port, ms }) => {
  load(port, ms).then(
    (result) => process.send({ id, ...result }),
    (error) => process.send({ id, error: error.message }),
  )
})
process.on('disconnect', () => process.exit())
