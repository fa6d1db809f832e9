import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

const exclude = ['**/node_modules/**', '**/dist/**']

/** What measures the event loop, counts instructions, or follows a fleet of 6,000 nodes by the second, has the machine to itself, after all others. */
const measuring = [
  'test/core/probes/*.test.ts',
  'test/dashboard/large-fleet.browser.test.ts',
  'test/integrations/freezes.test.ts',
  'test/performance/instructions.test.ts',
]

/** What takes longest, first: a worker that begins one of them when the others are done works alone to the end. */
const slowest = [
  'integrations/fastify.test.ts',
  'integrations/nest11.test.ts',
  'integrations/nest10.test.ts',
  'integrations/nest12.test.ts',
  'integrations/hono.test.ts',
  'zenith/clocks/',
  'zenith/queues/bulk/',
  'examples/demo.test.ts',
  'dashboard/queues-zenith.browser.test.ts',
  'dashboard/pulse-page.browser.test.ts',
  'dashboard/queue-page.browser.test.ts',
  'dashboard/pages.browser.test.ts',
  'dashboard/history.browser.test.ts',
  'dashboard/phone.browser.test.ts',
  'hostile/queues/',
  'hostile/api/',
  'integrations/express.test.ts',
  'integrations/bullmq-worker.test.ts',
  'life-cycle/',
  'zenith/queues/refusals/',
  'matrix/',
  'faults/',
  'package/',
  'cli/',
  'performance/',
  'redis/cluster-part.test.ts',
  'queues/bullmq-large.test.ts',
  'integrations/',
]

class SlowestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => {
      const found = slowest.findIndex((part) => moduleId.includes(`/test/${part}`))
      return found < 0 ? slowest.length : found
    }
    const group = ({ project }: TestSpecification) => project.config.sequence.groupOrder
    // Sorting is stable: what has one place stays in the order of the cache, or of the sizes.
    return (await super.sort(files)).sort((a, b) => group(a) - group(b) || place(a) - place(b))
  }
}

export default defineConfig({
  test: {
    setupFiles: ['test/support/patience.ts'],
    // Real servers and browsers are started: slow is normal, hanging is not.
    testTimeout: 240_000,
    hookTimeout: 240_000,
    expect: { poll: { timeout: 90_000 } },
    sequence: { sequencer: SlowestFirst },
    projects: [
      {
        extends: true,
        test: {
          name: 'all',
          include: ['test/**/*.test.{ts,tsx}'],
          exclude: [...exclude, ...measuring],
          // Most of the time they wait for servers and browsers: more workers than CI has cores.
          maxWorkers: 4,
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
