import * as integration from '@gravito/quasar/hono'
import { createAdaptorServer } from '@hono/node-server'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { createNodeWebSocket } from '@hono/node-ws'
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
import { honoApps } from '../shared/hono.mjs'
import { echoEvents, runHost } from '../shared/host.mjs'

const routers = {
  tiny: () => new Tiny(),
  quick: () => new Quick(),
  linear: () => new Hono({ router: new LinearRouter() }),
  regExp: () => new Hono({ router: new RegExpRouter() }),
  trie: () => new Hono({ router: new TrieRouter() }),
}
const sockets = (app) => {
  const { upgradeWebSocket, injectWebSocket } = createNodeWebSocket({ app })
  return { upgrade: upgradeWebSocket(() => echoEvents), options: {}, inject: injectWebSocket }
}
const framework = {
  Hono,
  HTTPException,
  validator,
  stream,
  streamSSE,
  createAdaptorServer,
  RESPONSE_ALREADY_SENT,
  routers,
  sockets,
  Server,
}

runHost(honoApps(framework, integration))
