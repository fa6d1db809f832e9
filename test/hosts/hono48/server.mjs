import * as integration from '@gravito/quasar/hono'
import { createAdaptorServer } from '@hono/node-server'
import { Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { stream } from 'hono/streaming'
import { validator } from 'hono/validator'
import { honoApps } from '../shared/hono.mjs'
import { runHost } from '../shared/host.mjs'

runHost(honoApps({ Hono, HTTPException, validator, stream, createAdaptorServer }, integration))
