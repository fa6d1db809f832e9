/** The shape of a list that is asked for. */
export function Loading({ what }: { what: string }) {
  return (
    <div aria-busy="true" className="panel p-4">
      <p className="sr-only">Loading {what}</p>
      {['a', 'b', 'c', 'd', 'e'].map((key) => (
        <div key={key} className="my-3 h-4 rounded bg-track motion-safe:animate-pulse first-of-type:w-2/3 last:w-1/2" />
      ))}
    </div>
  )
}
