/** Each kind of question that the page asks. */
export function queriesOf({ first, last, sample }) {
  const all = { from: first, to: last + 1 }
  const term = (text, more) => ({ by: 'term', term: text, isPrefix: false, isNot: false, ...more })
  const field = (name, pattern) => ({ by: 'field', field: name, pattern, isNot: false })
  const jobs =
    (...conditions) =>
    (archive) =>
      archive.jobs({ ...all, conditions, limit: 50, withPayloads: true })
  return [
    ['newest 50', jobs()],
    ['exact term, rare', jobs(term(`email=${sample.email}`))],
    ['exact term, common', jobs(term('locale=en'))],
    ['prefix', jobs(term('email=user7', { isPrefix: true }))],
    ['two terms', jobs(term('locale=de'), term('tags.1=app'))],
    ['a term, not another', jobs(term('locale=de'), term('tags.1=app', { isNot: true }))],
    ['term of no job', jobs(term('email=none@example.com'))],
    ['failed', jobs(field('outcome', 'failed'))],
    ['name by pattern', jobs(field('name', 'charge*'))],
    ['name of no job', jobs(field('name', 'none'))],
    ['id', jobs(field('id', sample.id))],
    ['run time ≥ 990 ms', jobs({ by: 'figure', figure: 'runMs', atLeast: 990, atMost: null, isNot: false })],
    ['phrase with its word', jobs(term(sample.token), { by: 'phrase', text: `"${sample.token}"`, isNot: false })],
    ['facets of the newest 10,000', (archive) => archive.facets({ ...all, conditions: [] }, 10_000)],
    ['facets of a common term', (archive) => archive.facets({ ...all, conditions: [term('locale=en')] }, 10_000)],
    ['attempts of a job', (archive) => archive.attempts(sample.queue, sample.id)],
    ['running at', (archive) => archive.runningAt(sample.finishedAt - 50, 100)],
    ['counts of everything', (archive) => archive.counts(all)],
    ['status', (archive) => archive.status()],
  ]
}
