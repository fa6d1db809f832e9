/** Queue sources that integrations create automatically. */
export { type BullQueue, bullmqQueues } from '../queues/bullmq/index.js'
