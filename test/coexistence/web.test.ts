import { gunzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { headersOf } from '../support/ask.js'
import { openNeighbours } from './beside.js'

const beside = openNeighbours()

/** An answer with its body as it came over the wire, and what of it changes from one run to the next left out. */
async function rawly(port: number, path: string) {
  const response = await headersOf(port, path, { headers: { 'accept-encoding': 'gzip' } })
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk as Buffer)
  const body = Buffer.concat(chunks)
  const text = response.headers['content-encoding'] === 'gzip' ? gunzipSync(body).toString() : body.toString()
  const lasting = text.replace(/"(timestamp|processedOn)":\d+/g, '"$1":0')
  const { date: _date, etag, ...headers } = response.headers
  // An etag is made of the text.
  return { path, status: response.statusCode, headers, text: lasting, etag: lasting === text ? etag : null }
}

it("leaves helmet's headers, compressed bodies and bull-board's pages as they are", async () => {
  const paths = ['/large/a', '/large/b', '/stream', '/board/', '/board/api/queues', '/board/nothing/here.js']
  const { bare, watched } = await beside.run('web.cjs', null, (port) =>
    Promise.all(paths.map((path) => rawly(port, path))),
  )
  expect(watched.used).toEqual(bare.used)
  const [large, , stream, board, queues] = watched.used
  expect(large?.headers).toMatchObject({ 'content-encoding': 'gzip', 'x-content-type-options': 'nosniff' })
  expect(large?.text).toBe('a'.repeat(5_000))
  expect(stream?.text).toContain('bit by bit')
  expect(board?.status).toBe(200)
  expect(JSON.parse(queues?.text ?? '')).toMatchObject({ queues: [{ name: 'mail' }] })
  expect(watched.outcome).toEqual({ code: 0, signal: null, stdout: '', stderr: '' })
  const { counts, exceptions } = watched.reported
  expect(counts).toMatchObject({ 'GET /large/:id': 2, 'GET /stream': 1, 'GET /board/api/queues': 1 })
  expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBe(paths.length)
  expect(exceptions).toEqual([])
})
