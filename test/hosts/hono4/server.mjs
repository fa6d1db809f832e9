import { createServer } from 'node:http2'
import * as integration from '@gravito/quasar/hono'
import { createAdaptorServer, upgradeWebSocket } from '@hono/node-server'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { Hono as Quick } from 'hono/quick'
import { LinearRouter } from 'hono/router/linear-router'
import { RegExpRouter } from 'hono/router/reg-exp-router'
import { TrieRouter } from 'hono/router/trie-router'
import { stream, streamSSE } from 'hono/streaming'
import { Hono as Tiny } from 'hono/tiny'
import { validator } from 'hono/validator'
import { Server } from 'socket.io'
import { WebSocketServer } from 'ws'
import { honoApps } from '../shared/hono.mjs'
import { echoEvents, runHost } from '../shared/host.mjs'

const routers = {
  tiny: () => new Tiny(),
  quick: () => new Quick(),
  linear: () => new Hono({ router: new LinearRouter() }),
  regExp: () => new Hono({ router: new RegExpRouter() }),
  trie: () => new Hono({ router: new TrieRouter() }),
}
const sockets = () => ({
  upgrade: upgradeWebSocket(() => echoEvents),
  options: { websocket: { server: new WebSocketServer({ noServer: true }) } },
  inject() {},
})
const adaptorServer = (options) =>
  createAdaptorServer(process.argv[2] === 'http2' ? { ...options, createServer } : options)

const streaming = { stream, streamSSE, sockets, Server }
const framework = { Hono, HTTPException, validator, ...streaming, RESPONSE_ALREADY_SENT, routers }
runHost(honoApps({ ...framework, createAdaptorServer: adaptorServer }, integration))
