module github.com/gravito-framework/quasar/agent

go 1.24
