import { jobWorkerSuite } from '../conformance/job-worker.js'
import { plainHost } from '../support/job-hosts.js'

jobWorkerSuite('BullMQ 5', async () => plainHost('bullmq5'))
jobWorkerSuite('BullMQ 6', async () => plainHost('bullmq6'))
// As early versions of BullMQ 5 are.
jobWorkerSuite('BullMQ without methods for the ends of attempts', async () => plainHost('bullmq5', ['handleCompleted']))
