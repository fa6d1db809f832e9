import { faultSuite } from './support/suite.js'

faultSuite('bullmq')
