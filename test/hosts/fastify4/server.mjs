import * as integration from '@gravito/quasar/fastify'
import fastify from 'fastify'
import { fastifyApps } from '../shared/fastify.mjs'
import { runHost } from '../shared/host.mjs'

runHost(fastifyApps(fastify, integration, process.argv[2]))
