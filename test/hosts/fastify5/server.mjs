import websocket from '@fastify/websocket'
import * as integration from '@gravito/quasar/fastify'
import fastify from 'fastify'
import { Server } from 'socket.io'
import { fastifyApps } from '../shared/fastify.mjs'
import { runHost } from '../shared/host.mjs'

runHost(fastifyApps(fastify, integration, process.argv[2], { websocket, Server }))
