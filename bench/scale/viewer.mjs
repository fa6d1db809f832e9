// What asks Zenith: single requests, and a viewer of the stream.
import { get, request } from 'node:http'

/** @returns status, bytes, ms, the body and the cookies of a GET */
export function ask(port, path, cookie = '') {
  const from = performance.now()
  return new Promise((resolve, reject) => {
    const asked = get({ port, path, host: '127.0.0.1', headers: { cookie } }, (answer) => {
      const parts = []
      answer.on('data', (part) => parts.push(part))
      answer.on('error', reject)
      answer.on('end', () => {
        const body = Buffer.concat(parts)
        resolve({
          status: answer.statusCode,
          ms: performance.now() - from,
          bytes: body.length,
          body,
          cookies: cookiesOf(answer),
        })
      })
    })
    asked.on('error', reject)
  })
}

/** Logs in as a browser does, by the form. @returns the cookie of the session; null if the log-in was refused */
export async function logIn(port, { name, password }) {
  const page = await ask(port, '/login')
  const [, token] = /name="token" value="([^"]+)"/.exec(page.body.toString()) ?? []
  const body = new URLSearchParams({ token, next: '', name, password }).toString()
  const headers = {
    ...{ 'content-type': 'application/x-www-form-urlencoded', 'content-length': Buffer.byteLength(body) },
    ...{ origin: `http://127.0.0.1:${port}`, cookie: page.cookies },
  }
  return new Promise((resolve, reject) => {
    const asked = request({ port, host: '127.0.0.1', method: 'POST', path: '/login', headers }, (answer) => {
      answer.resume()
      answer.on('end', () => resolve(answer.statusCode === 303 ? cookiesOf(answer) : null))
    })
    asked.on('error', reject)
    asked.end(body)
  })
}

function cookiesOf({ headers }) {
  return (headers['set-cookie'] ?? []).map((cookie) => cookie.split(';')[0]).join('; ')
}

/** Watches a stream. `firstMs` and `firstBytes` are those of the whole state. */
export function watch(port, path) {
  const from = performance.now()
  const seen = { bytes: 0, updates: 0, firstMs: null, firstBytes: null }
  let text = ''
  const take = (part) => {
    seen.bytes += part.length
    text += part.latin1Slice()
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const event = text.slice(0, end)
      text = text.slice(end + 2)
      if (!/^event: (?!clusters)/m.test(event)) continue
      if (seen.firstMs === null) Object.assign(seen, { firstMs: performance.now() - from, firstBytes: event.length })
      else seen.updates += 1
    }
  }
  const asked = get({ port, path, host: '127.0.0.1', headers: { accept: 'text/event-stream' } }, (answer) =>
    answer.on('data', take).on('error', () => {}),
  )
  asked.on('error', () => {})
  return { seen, end: () => asked.destroy() }
}
