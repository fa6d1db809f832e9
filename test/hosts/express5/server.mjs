import * as integration from '@gravito/quasar/express'
import express from 'express'
import { expressApps } from '../shared/express.mjs'
import { runHost } from '../shared/host.mjs'

runHost(expressApps(express, integration))
