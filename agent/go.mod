module github.com/gravito-framework/quasar/agent

go 1.26.0

require (
	github.com/gravito-framework/quasar/clients/go v0.0.0
	github.com/shirou/gopsutil/v4 v4.26.10
	go.yaml.in/yaml/v3 v3.0.6
)

require (
	filippo.io/edwards25519 v1.1.0 // indirect
	github.com/go-sql-driver/mysql v1.9.3 // indirect
	github.com/lib/pq v1.10.9 // indirect
)

replace github.com/gravito-framework/quasar/clients/go => ../clients/go
