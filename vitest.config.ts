import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.{ts,tsx}'],
    setupFiles: ['test/support/patience.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    // Real servers and browsers are started: slow is normal, hanging is not.
    testTimeout: 30_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
  },
})
