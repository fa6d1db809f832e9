import { NodeChange } from '../../../api/changes.js'
import { NodeForgotten } from '../../../api/nodes.js'
import { Problem } from '../../../api/problem.js'
import { ApiError } from '../../http/api-error.js'
import { operationsWith } from '../../http/operation.js'
import { json } from '../../http/responses.js'
import type { Queues } from '../../queues/queues.js'
import { callStore } from '../../store/call-store.js'
import type { FleetServices } from '../operation.js'

/** What changes of nodes work with. */
export interface NodeServices extends FleetServices {
  readonly queues: Queues
}

const { change } = operationsWith<NodeServices>()

export const nodeActions = change({
  path: '/api/nodes',
  summary: 'Forget a lost node',
  description: 'Removes a lost node from the store. A node that beats again is back. Requires the role operator.',
  parameters: {},
  permission: ({ action }) => `node.${action}`,
  body: NodeChange,
  answers: {
    200: { description: 'The node is forgotten.', schema: NodeForgotten },
    404: { description: '`not_found`: the node does not exist.', schema: Problem },
    409: {
      description:
        '`not_possible`: the node is not lost; `not_supported`: the store cannot forget nodes; `read_only`, `frozen`, `no_audit`: changes are not allowed, or not now.',
      schema: Problem,
    },
    503: {
      description:
        '`store_unavailable`: the store does not answer, or refuses; `audit_unavailable`: the audit trail cannot be written, and nothing was done.',
      schema: Problem,
    },
  },
  async handle({ body: { action, service, id }, principal, services: { monitor, queues } }) {
    const { nodes, store: health } = await monitor.fresh()
    if (!health.ok) throw new ApiError('store_unavailable', health.error ?? 'The store does not answer')
    const node = nodes.find((one) => one.service === service && one.id === id)
    if (!node) throw new ApiError('not_found', 'There is no node of this id.')
    if (node.state !== 'lost')
      throw new ApiError('not_possible', `Only a lost node can be forgotten; this one is ${node.state}.`)
    const { store } = queues
    if (store && !store.forgetNode) throw new ApiError('not_supported', 'This store can’t forget nodes.')
    await queues.act({
      by: principal,
      action,
      queue: null,
      target: `node ${id} of ${service}`,
      perform: () => callStore(() => store?.forgetNode?.(service, id)),
    })
    monitor.forget(node.key)
    return json(200, { ok: true })
  },
})
