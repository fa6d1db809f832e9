import type { NodeView } from '../../../api/nodes.js'
import { useNodeChange } from '../../api/changes.js'
import { ConfirmDialog } from '../../ui/confirm-dialog.js'
import { nodeName } from './fleet.js'

/** Asks whether to forget a lost node. */
export function ForgetQuestion({ node, onClose }: { node: NodeView; onClose: () => void }) {
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
