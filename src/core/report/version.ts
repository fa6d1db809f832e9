/** This package's own version; the package tests check that it equals package.json. */
export const SDK_VERSION = '0.1.0'
