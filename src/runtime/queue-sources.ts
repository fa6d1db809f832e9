/** Ways to queues that integrations make by themselves. */
export { type BullQueue, bullmqQueues } from '../queues/bullmq/index.js'
