// Many viewers of a Zenith in one process: raw sockets, because what is measured is the other side.
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { answering, hello } from '../shared/child.mjs'

const REQUEST = 'GET /api/stream HTTP/1.1\r\nhost: localhost\r\naccept: text/event-stream\r\n\r\n'
const AT_ONCE = 50
const EVENT = Buffer.from('event: ')

const seen = { bytes: 0, updates: 0, open: 0, closed: 0 }

/** Resolves when the viewer has the first event, which is the whole state. */
function view(port) {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1' }, () => socket.write(REQUEST))
    let hasState = false
    socket.on('data', (part) => {
      seen.bytes += part.length
      const events = countEvents(part)
      seen.updates += events
      if (hasState || events === 0) return
      hasState = true
      seen.open += 1
      resolve()
    })
    socket.on('error', reject)
    socket.on('close', () => {
      seen.closed += 1
    })
  })
}

/** A name that is cut in two by the parts is missed: that is seldom. */
function countEvents(part) {
  let count = 0
  for (let at = part.indexOf(EVENT); at !== -1; at = part.indexOf(EVENT, at + 1)) count += 1
  return count
}

/** Until the whole state is through to everybody, however large it is. */
async function settle() {
  for (let before = -1; before !== seen.bytes; ) {
    before = seen.bytes
    await sleep(300)
  }
}

async function open(port, count) {
  for (let opened = 0; opened < count; opened += AT_ONCE) {
    const many = Math.min(AT_ONCE, count - opened)
    await Promise.all(Array.from({ length: many }, () => view(port)))
  }
  await settle()
  return {}
}

answering((question) => (question.do === 'open' ? open(question.port, question.count) : { ...seen }))
hello()
