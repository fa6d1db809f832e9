import { faultSuite } from './support/suite.js'

faultSuite('nest')
