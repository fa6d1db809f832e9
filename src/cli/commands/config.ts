import { commandGroup } from '../arguments/command-group.js'
import { configCheck } from './config-check.js'

export const configCommand = commandGroup({
  name: 'config',
  summary: 'checks the settings of Zenith, and prints them',
  parts: { check: configCheck },
  example: 'check',
})
