import { json } from '../responses.js'
import type { Handler } from '../routes.js'

/** The whole state: what a page that can't keep a stream open asks for. */
export const overview: Handler = async ({ services }) => json(200, await services.monitor.fresh())
