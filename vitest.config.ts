import { defineConfig } from 'vitest/config'

const exclude = ['**/node_modules/**', '**/dist/**']

/** What measures the event loop has the machine to itself, after all others. */
const measuring = ['test/core/probes/*.test.ts', 'test/integrations/freezes.test.ts']

export default defineConfig({
  test: {
    setupFiles: ['test/support/patience.ts'],
    // Real servers and browsers are started: slow is normal, hanging is not.
    testTimeout: 240_000,
    hookTimeout: 240_000,
    expect: { poll: { timeout: 30_000 } },
    projects: [
      {
        extends: true,
        test: {
          name: 'all',
          include: ['test/**/*.test.{ts,tsx}'],
          exclude: [...exclude, ...measuring],
          // Most of the time they wait for servers and browsers: more workers than CI has cores.
          maxWorkers: 3,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'measuring',
          include: measuring,
          exclude,
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
          // A machine that holds the process delays its loop like a block of the app: only what is measured again and again is sure.
          retry: 3,
        },
      },
    ],
  },
})
