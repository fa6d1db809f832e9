import * as integration from '@gravito/quasar/express'
import express from 'express'
import expressWs from 'express-ws'
import { Server } from 'socket.io'
import { expressApps } from '../shared/express.mjs'
import { runHost } from '../shared/host.mjs'

runHost(expressApps(express, integration, { expressWs, Server }))
