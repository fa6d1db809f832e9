import { commandGroup } from '../arguments/command-group.js'
import { archiveExport } from './archive-export.js'
import { archiveForget } from './archive-forget.js'
import { archiveStatus } from './archive-status.js'
import { archiveVerify } from './archive-verify.js'

export const archiveCommand = commandGroup({
  name: 'archive',
  summary: 'shows, checks and exports what Zenith archived, and deletes jobs from it',
  parts: { status: archiveStatus, verify: archiveVerify, export: archiveExport, forget: archiveForget },
  example: 'export',
})
