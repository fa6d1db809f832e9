import { defineConfig } from 'vitest/config'
import shared from '../../vitest.config.js'

/** The whole matrix: not in `npm test`, which runs its corners. Not merged: a merged `include` would add to the shared one. */
export default defineConfig({ test: { ...shared.test, include: ['test/matrix/*.matrix.ts'] } })
