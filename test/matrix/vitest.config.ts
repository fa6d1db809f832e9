import { defineConfig, mergeConfig } from 'vitest/config'
import shared from '../../vitest.config.js'

/** The whole matrix: not in `npm test`, which runs its corners. */
export default mergeConfig(shared, defineConfig({ test: { include: ['test/matrix/*.matrix.ts'] } }))
