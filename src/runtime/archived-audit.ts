export { lineTest } from '../zenith/audit/filter.js'
export { LINE_COLUMNS, lineRow } from '../zenith/audit/table.js'
