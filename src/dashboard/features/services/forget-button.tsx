import { useState } from 'react'
import type { NodeView } from '../../../api/nodes.js'
import { useNodeChange } from '../../api/changes.js'
import { useCan } from '../../api/session.js'
import { Button } from '../../ui/button.js'
import { ConfirmDialog } from '../../ui/confirm-dialog.js'
import { nodeName } from './fleet.js'

/** Forgets a lost node, after a question; nothing for those who may not. Who that is only rows of lost nodes ask. */
export function ForgetButton({ node }: { node: NodeView }) {
  return node.state === 'lost' && <ForgetLost node={node} />
}

function ForgetLost({ node }: { node: NodeView }) {
  const [isAsking, setAsking] = useState(false)
  if (!useCan('node.forget')) return null
  return (
    <>
      <Button kind="quiet" className="h-6 px-1.5" aria-label={`Forget ${node.id}`} onClick={() => setAsking(true)}>
        Forget
      </Button>
      {isAsking && <Question node={node} onClose={() => setAsking(false)} />}
    </>
  )
}

function Question({ node, onClose }: { node: NodeView; onClose: () => void }) {
  const { service, id } = node
  const change = useNodeChange()
  return (
    <ConfirmDialog
      title={`Forget ${nodeName(node)}`}
      isBusy={change.isPending}
      error={change.error}
      onConfirm={() => change.mutate({ action: 'forget', service, id }, { onSuccess: onClose })}
      onClose={onClose}
    >
      <p>
        Zenith no longer shows this lost server of {service}, and its health no longer counts it. If it reports again,
        it is back.
      </p>
    </ConfirmDialog>
  )
}
