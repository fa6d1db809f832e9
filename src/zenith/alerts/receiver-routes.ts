import { DeliveryListing, ReceiverListing, ReceiverTest, type ReceiverView } from '../../api/alerts.js'
import { ReceiversChange } from '../../api/changes.js'
import { Problem } from '../../api/problem.js'
import { always, object, optional } from '../../api/schema.js'
import { ApiError } from '../http/api-error.js'
import { textParameter } from '../http/query.js'
import { json, problem } from '../http/responses.js'
import { alertsOf, CHANGED, change, OFF, operation } from './operation.js'

export const receivers = operation({
  path: '/api/alerts/receivers',
  summary: 'List the receivers, without their addresses and secrets',
  parameters: {},
  answers: { 200: { description: 'All receivers.', schema: ReceiverListing }, 409: OFF },
  async handle({ services }) {
    const service = alertsOf(services)
    return json(200, {
      items: await service.receivers(),
      canStore: service.setup.canStore,
      canMail: service.canMail,
    })
  },
})

export const changeReceivers = change({
  path: '/api/alerts/receivers',
  summary: 'Save, delete or test a receiver',
  description:
    'A test sends a message now and responds with the receiver’s answer; it does not count for cooldowns. Requires the role admin.',
  parameters: {},
  permission: () => 'alert.edit',
  body: ReceiversChange,
  answers: {
    200: {
      description: 'Done; for a test, what the receiver answered.',
      schema: object('The result.', { ok: always(true, 'Always true.'), test: optional(ReceiverTest) }),
    },
    404: { description: '`not_found`: there is no such receiver.', schema: Problem },
    ...CHANGED,
  },
  async handle({ body, principal, services }) {
    const { queues } = services
    const service = alertsOf(services)
    const by = { by: principal, queue: null }
    await service.setup.refresh()
    if (body.action === 'save') {
      const { receiver } = body
      const wrong = service.problemOf(receiver)
      if (wrong) return problem(400, 'bad_body', `\`receiver\`: ${wrong}`)
      await queues.act({
        ...{ ...by, action: 'alert receiver save', target: receiver.id },
        perform: () => service.setup.putReceiver(receiver),
      })
      return json(200, { ok: true })
    }
    const known = await service.receivers()
    const receiver = known.find(({ id }) => id === body.id)
    if (!receiver) throw new ApiError('not_found', 'There is no receiver of this id.')
    if (body.action === 'test') return json(200, { ok: true, test: await testAudited(receiver) })
    if (receiver.source === 'code')
      throw new ApiError('not_possible', 'This receiver comes from code: remove it there.')
    await queues.act({
      ...{ ...by, action: 'alert receiver delete', target: body.id },
      perform: () => service.setup.deleteReceiver(body.id),
    })
    return json(200, { ok: true })

    function testAudited({ id }: ReceiverView) {
      return queues.act({
        ...{ ...by, action: 'alert receiver test', target: id },
        perform: () => service.test(id),
        tell: ({ ok, status }) => ({ ok, detail: status === null ? 'no answer' : `status ${status}` }),
      })
    }
  },
})

export const deliveries = operation({
  path: '/api/alerts/deliveries',
  summary: 'List the newest messages to receivers',
  parameters: { receiver: textParameter('Only to this receiver.') },
  answers: {
    200: { description: 'Newest first: those that wait, then those that have ended.', schema: DeliveryListing },
    409: OFF,
  },
  async handle({ query: { receiver }, services }) {
    const { deliveries: all } = await alertsOf(services).shown()
    return json(200, { items: all.filter((one) => receiver === null || one.receiver === receiver) })
  },
})
