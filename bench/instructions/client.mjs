import { once } from 'node:events'
import { connect } from 'node:net'

const PATHS = ['/users/7', '/api/orders/42', '/plain']
const REQUESTS = PATHS.map((path) => Buffer.from(`GET ${path} HTTP/1.1\r\nhost: localhost\r\n\r\n`))

/** Keep-alive connections that ask in turn, each the same number of times, so that every block is the same work. */
export async function openClient(port, connections) {
  const all = await Promise.all(Array.from({ length: connections }, () => open(port)))
  return {
    /** @returns how many requests it were */
    async load(requests) {
      const each = Math.ceil(requests / connections)
      await Promise.all(all.map((ask) => repeat(ask, each)))
      return each * connections
    },
    close: () => all.forEach((ask) => void ask.socket.destroy()),
  }
}

async function repeat(ask, times) {
  for (let time = 0; time < times; time++) await ask(time % PATHS.length)
}

async function open(port) {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  await once(socket, 'connect')
  const lengths = []
  let waiting = null
  let left = 0
  socket.on('data', (part) => {
    lengths[waiting.path] ??= lengthOf(part)
    left ||= lengths[waiting.path]
    left -= part.length
    if (left < 0) throw new Error('The answer is longer than its like')
    if (left === 0) waiting.done()
  })
  const ask = (path) =>
    new Promise((done) => {
      waiting = { path, done }
      socket.write(REQUESTS[path])
    })
  return Object.assign(ask, { socket })
}

function lengthOf(part) {
  const head = part.subarray(0, part.indexOf('\r\n\r\n')).toString()
  const body = /content-length: *(\d+)/i.exec(head)
  if (!head.startsWith('HTTP/1.1 200') || !body) throw new Error(`Not the answer that was expected: ${head}`)
  return head.length + 4 + Number(body[1])
}
