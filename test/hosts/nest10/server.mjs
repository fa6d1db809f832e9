import 'reflect-metadata'
import * as integration from '@gravito/quasar/nest'
import * as common from '@nestjs/common'
import * as core from '@nestjs/core'
import { ExpressAdapter } from '@nestjs/platform-express'
import { FastifyAdapter } from '@nestjs/platform-fastify'
import { IoAdapter } from '@nestjs/platform-socket.io'
import { WsAdapter } from '@nestjs/platform-ws'
import { WebSocketGateway } from '@nestjs/websockets'
import * as rxjs from 'rxjs'
import { runHost } from '../shared/host.mjs'
import { nestApps } from '../shared/nest.mjs'

const adapters = {
  express: () => new ExpressAdapter(),
  fastify: () => new FastifyAdapter(),
  'fastify-http2': () => new FastifyAdapter({ http2: true }),
}
const sockets = { IoAdapter, WsAdapter, WebSocketGateway, rxjs }

runHost(nestApps({ common, core, adapters, sockets, wildcard: 'mounted/*' }, integration, process.argv[2]))
