import { CreateQueueCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { startQuasar } from '@gravito/quasar'
import { sqsQueues } from '@gravito/quasar/queues/sqs'
import { options, ready, sqs } from './app.mjs'

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'of the test' }
const client = new SQSClient({ endpoint: sqs.endpoint, region: sqs.region, credentials })
const name = `${options.service}-later`
await client.send(new CreateQueueCommand({ QueueName: name }))
const QueueUrl = `${sqs.endpoint}/000000000000/${name}`
for (const MessageBody of ['one', 'two']) await client.send(new SendMessageCommand({ QueueUrl, MessageBody }))

const quasar = startQuasar(options)
quasar.monitorQueues(sqsQueues({ client, queues: [name], pollEvery: 1_000 }))

// Quasar keeps no process alive; a consumer of messages would.
const poll = setInterval(() => {}, 1_000)

ready({
  names: ['@aws-sdk/client-sqs'],
  async close() {
    clearInterval(poll)
    await quasar.stop()
    client.destroy()
  },
})
