import { nestConformance, nestSmoke } from '../conformance/nest-adapter.js'

nestConformance('Nest 11', 'nest11/server.mjs', 'mounted/*rest')
nestSmoke('nest11/server.cjs')
