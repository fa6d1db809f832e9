/** This package's own version; the package tests hold it equal to package.json. */
export const SDK_VERSION = '0.1.0'
