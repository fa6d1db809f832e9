import { amount, count, type GenericSchema, listOf, object, optional, text } from './schema.js'

export function listingFields<S extends GenericSchema>(item: S) {
  return {
    total: count('Number of items that match the filters.'),
    items: listOf(item, 'The items, at most 2 MB.'),
  }
}

/** The response of a route that returns a part of a list. */
export function listing<S extends GenericSchema>(item: S) {
  return object('A part of a list.', listingFields(item))
}

/** The same for records. */
export function recordListing<S extends GenericSchema>(item: S) {
  return object('A part of a list of records.', {
    ...listingFields(item),
    perService: optional(
      count(
        'Maximum number of records read per service, newest first. Omitted by the archive, which reads 10,000 in all.',
      ),
    ),
    since: optional(
      amount('Time of the oldest record that the archive read, Unix ms; omitted if it read all of the requested time.'),
    ),
    unread: optional(
      listOf(
        text('Name of a service.'),
        'Services whose records could not be read in time. They are missing here; a later request may return them. Omitted if there are none.',
      ),
    ),
  })
}
