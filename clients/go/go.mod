module github.com/gravito-framework/quasar/clients/go

go 1.23.0
