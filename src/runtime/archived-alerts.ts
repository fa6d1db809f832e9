export { CHANGE_COLUMNS, changeRow } from '../zenith/alerts/change-table.js'
export { isOfService } from '../zenith/archive/alert-changes.js'
