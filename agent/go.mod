module github.com/gravito-framework/quasar/agent

go 1.26.0

require (
	github.com/gravito-framework/quasar/clients/go v0.0.0
	github.com/shirou/gopsutil/v4 v4.26.10
	go.yaml.in/yaml/v3 v3.0.6
)

replace github.com/gravito-framework/quasar/clients/go => ../clients/go
