import { vi } from 'vitest'

/** How long a test waits for a condition unless it says otherwise, in ms. A second, the default, is short when two cores run servers. */
const PATIENCE_MS = 10_000

const { waitFor } = vi
vi.waitFor = (condition, options) => waitFor(condition, options ?? { timeout: PATIENCE_MS })
