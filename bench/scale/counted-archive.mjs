/** An archive that counts the rows that it is given, of all clusters together. */
export function countedArchive(archive, counts) {
  const counting = (one) => ({
    ...one,
    write(batch) {
      for (const kind of ['figures', 'records', 'jobs']) counts[kind] += batch[kind]?.length ?? 0
      return one.write(batch)
    },
  })
  return { ...counting(archive), cluster: (id) => counting(archive.cluster(id)) }
}
