import { lazy, Suspense, useState } from 'react'
import type { NodeView } from '../../../api/nodes.js'
import { useCan } from '../../api/session.js'
import { ActionButton } from '../../ui/action-button.js'

const ForgetQuestion = lazy(async () => ({ default: (await import('./forget-question.js')).ForgetQuestion }))

/** Forgets a lost node, after a question; nothing for those who may not. Who that is only rows of lost nodes ask. */
export function ForgetButton({ node }: { node: NodeView }) {
  return node.state === 'lost' && <ForgetLost node={node} />
}

function ForgetLost({ node }: { node: NodeView }) {
  const [isAsking, setAsking] = useState(false)
  if (!useCan('node.forget')) return null
  return (
    <>
      <ActionButton
        kind="quiet"
        className="h-6 px-1.5"
        aria-label={`Forget ${node.id}`}
        onClick={() => setAsking(true)}
      >
        Forget
      </ActionButton>
      {isAsking && (
        <Suspense>
          <ForgetQuestion node={node} onClose={() => setAsking(false)} />
        </Suspense>
      )}
    </>
  )
}
