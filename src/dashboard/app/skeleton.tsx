/** The shape of what is to come. */
export function Skeleton() {
  return (
    <div aria-busy="true" className="flex flex-col gap-8">
      <p className="sr-only">Loading the fleet</p>
      <div className="grid grid-cols-[repeat(auto-fill,minmax(min(100%,23rem),1fr))] gap-4">
        {['a', 'b', 'c'].map((key) => (
          <div key={key} className="panel h-64 motion-safe:animate-pulse" />
        ))}
      </div>
      <div className="grid grid-cols-[repeat(auto-fill,minmax(min(100%,23rem),1fr))] gap-4">
        {['a', 'b', 'c'].map((key) => (
          <div key={key} className="panel h-80 motion-safe:animate-pulse" />
        ))}
      </div>
    </div>
  )
}
