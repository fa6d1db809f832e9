import { nestConformance, nestSmoke } from '../conformance/nest-adapter.js'

nestConformance('Nest 10', 'nest10/server.cjs', 'mounted/*')
nestSmoke('nest10/server.mjs')
