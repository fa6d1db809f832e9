import { SilenceListing } from '../../api/alerts.js'
import { SilencesChange } from '../../api/changes.js'
import { Problem } from '../../api/problem.js'
import { ApiError } from '../http/api-error.js'
import type { Parameters } from '../http/query.js'
import { json, problem } from '../http/responses.js'
import { alertsOf, CHANGED, change, DONE, OFF, operation } from './operation.js'
import { isActive } from './silences.js'

export const silences = operation({
  path: '/api/alerts/silences',
  summary: 'List the silences and weekly maintenances that have not ended',
  parameters: {} satisfies Parameters,
  answers: { 200: { description: 'Newest first.', schema: SilenceListing }, 409: OFF },
  async handle({ services }) {
    const service = alertsOf(services)
    const { now } = service
    const items = (await service.silences()).filter(({ until }) => until === null || until > now)
    return json(200, { items: items.map((silence) => ({ ...silence, isActive: isActive(silence, now) })) })
  },
})

export const changeSilences = change({
  path: '/api/alerts/silences',
  summary: 'Add a silence or a weekly maintenance, or end one',
  description: 'Alerts that it matches go on, and send no messages. Requires the role operator.',
  parameters: {},
  permission: () => 'alert.silence',
  body: SilencesChange,
  answers: {
    200: { description: 'Done.', schema: DONE },
    404: { description: '`not_found`: there is no such silence.', schema: Problem },
    ...CHANGED,
  },
  async handle({ body, principal, services }) {
    const { queues } = services
    const service = alertsOf(services)
    await service.setup.refresh()
    if (body.action === 'add') {
      const { silence } = body
      if (silence.until !== null && silence.until <= service.now)
        return problem(400, 'bad_body', '`silence.until` takes a time in the future.')
      await queues.act({
        ...{ by: principal, action: 'alert silence', queue: null, target: silence.reason },
        perform: () => service.setup.addSilence(silence, principal.user ?? principal.role, service.now),
      })
      return json(200, { ok: true })
    }
    const found = (await service.silences()).find(({ id }) => id === body.id)
    if (!found) throw new ApiError('not_found', 'There is no silence of this id.')
    await queues.act({
      ...{ by: principal, action: 'alert silence end', queue: null, target: found.reason },
      perform: () => service.setup.deleteSilence(found.id),
    })
    return json(200, { ok: true })
  },
})
