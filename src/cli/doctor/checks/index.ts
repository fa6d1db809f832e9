import type { Check } from '../finding.js'
import { bounds } from './bounds.js'
import { clock } from './clock.js'
import { latency } from './latency.js'
import { memory } from './memory.js'
import { reporters } from './reporters.js'
import { rights } from './rights.js'
import { server } from './server.js'
import { setup } from './setup.js'
import { trail } from './trail.js'

/** In the order in which findings of one level are shown. */
export const CHECKS: readonly Check[] = [server, rights, memory, latency, clock, reporters, setup, bounds, trail]
