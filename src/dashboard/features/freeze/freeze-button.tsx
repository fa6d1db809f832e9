import { Snowflake } from 'lucide-react'
import { useState } from 'react'
import { useIsFrozen } from '../../api/freeze-api.js'
import { useCan } from '../../api/session.js'
import { Button } from '../../ui/button.js'
import { FreezeForm } from './freeze-form.js'

/** Begins a freeze; nothing for those who may not, and while there is one: its banner has the buttons then. */
export function FreezeButton() {
  const [isAsking, setAsking] = useState(false)
  const isFrozen = useIsFrozen()
  if (!useCan('cluster.freeze') || isFrozen) return null
  return (
    <>
      <Button className="h-9" onClick={() => setAsking(true)}>
        <Snowflake className="size-3.5" aria-hidden="true" />
        Freeze changes
      </Button>
      {isAsking && <FreezeForm before={null} onClose={() => setAsking(false)} />}
    </>
  )
}
