import { gunzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { headersOf } from '../support/ask.js'
import { useNeighbours } from './beside.js'

const beside = useNeighbours()

/** An answer with its body as it came over the wire, and what of it changes from one run to the next left out. */
async function rawly(port: number, path: string) {
  const response = await headersOf(port, path, { headers: { 'accept-encoding': 'gzip' } })
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk as Buffer)
  const body = Buffer.concat(chunks)
  const { date: _date, ...headers } = response.headers
  const text = headers['content-encoding'] === 'gzip' ? gunzipSync(body).toString() : body.toString()
  return { path, status: response.statusCode, headers, text: text.replace(/"(timestamp|processedOn)":\d+/g, '"$1":0') }
}

it("leaves helmet's headers, compressed bodies and bull-board's pages as they are", async () => {
  const paths = ['/large/a', '/large/b', '/stream', '/board/', '/board/api/queues', '/board/nothing/here.js']
  const { bare, watched } = await beside.run('web.cjs', null, (port) =>
    Promise.all(paths.map((path) => rawly(port, path))),
  )
  expect(watched.used.map(({ path, status, headers }) => ({ path, status, headers }))).toEqual(
    bare.used.map(({ path, status, headers }) => ({ path, status, headers })),
  )
  const [large, , stream, board, queues] = watched.used
  expect(large?.headers).toMatchObject({ 'content-encoding': 'gzip', 'x-content-type-options': 'nosniff' })
  expect(large?.text).toBe('a'.repeat(5_000))
  expect(stream?.text).toBe(bare.used[2]?.text)
  expect(board?.status).toBe(200)
  expect(JSON.parse(queues?.text ?? '')).toMatchObject({ queues: [{ name: 'mail' }] })
  expect(watched.outcome).toEqual({ code: 0, signal: null, stdout: '', stderr: '' })
  const { counts, exceptions } = watched.reported
  expect(counts).toMatchObject({ 'GET /large/:id': 2, 'GET /stream': 1, 'GET /board/api/queues': 1 })
  expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBe(paths.length)
  expect(exceptions).toEqual([])
})
