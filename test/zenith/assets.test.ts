import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { memoryStore } from '../../src/stores/memory/index.js'
import { ask } from './support/http.js'
import { serveZenith } from './support/zenith.js'

async function files() {
  const { url } = await serveZenith({ store: memoryStore() })
  const page = (await ask(`${url}/`)).text
  const script = /<script[^>]+src="([^"]+\.js)"/.exec(page)?.[1] ?? ''
  return { url, page, script: new URL(script, `${url}/`).href }
}

describe('the page’s files', () => {
  it('are named by their content and kept for ever; the page itself is asked for again', async () => {
    const { url, script } = await files()
    expect((await ask(script)).headers).toMatchObject({
      'cache-control': 'private, max-age=31536000, immutable',
      'content-type': expect.stringMatching(/^text\/javascript/),
    })
    expect((await ask(`${url}/`)).headers['cache-control']).toBe('private, no-cache')
  })

  it('are not sent again when they are known', async () => {
    const { url } = await files()
    const { headers } = await ask(`${url}/`)
    const again = await ask(`${url}/`, { headers: { 'if-none-match': `"x", ${headers.etag}` } })
    expect([again.status, again.body.length, again.headers.etag]).toEqual([304, 0, headers.etag])
    expect((await ask(`${url}/`, { headers: { 'if-none-match': '"x"' } })).status).toBe(200)
  })

  it('are compressed for who takes gzip, and are the same in both forms', async () => {
    const { script } = await files()
    const plain = await ask(script)
    expect(plain.headers['content-encoding']).toBeUndefined()
    expect(plain.headers.vary).toMatch(/accept-encoding/i)
    for (const accepted of ['gzip', 'br, gzip;q=0.5, *;q=0']) {
      const small = await ask(script, { headers: { 'accept-encoding': accepted } })
      expect(small.headers['content-encoding']).toBe('gzip')
      expect(small.headers['content-length']).toBe(String(small.body.length))
      expect(gunzipSync(small.body).equals(plain.body)).toBe(true)
    }
    for (const refused of ['br', 'gzip;q=0', 'gzip; q=0.0', 'xgzip']) {
      const answer = await ask(script, { headers: { 'accept-encoding': refused } })
      expect([refused, answer.headers['content-encoding']]).toEqual([refused, undefined])
    }
  })

  it('hold no script or style within the page, as its policy asks', async () => {
    const { page } = await files()
    expect(page).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\son\w+=|style=/)
  })

  it.each(['/__proto__', '/constructor', '/assets/', '/assets/../index.html%00', '//evil.example/', '/%'])(
    'are no others: %s',
    async (path) => {
      const { url } = await files()
      expect((await ask(url + path)).status).toBe(404)
    },
  )
})

describe('the API’s lists', () => {
  it('take a service, a limit and an offset, and refuse nonsense', async () => {
    const { url } = await serveZenith({ store: memoryStore() })
    for (const path of ['nodes', 'slow', 'errors']) {
      const answer = await ask(`${url}/api/${path}?service=shop&limit=10&offset=5`)
      expect(answer.status).toBe(200)
      expect(answer.json()).toMatchObject({ total: 0, items: [] })
      for (const query of ['limit=0', 'limit=1001', 'limit=x', 'offset=-1', 'offset=1e3']) {
        expect((await ask(`${url}/api/${path}?${query}`)).status).toBe(400)
      }
    }
  })
})
