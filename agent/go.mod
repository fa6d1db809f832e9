module github.com/gravito-framework/quasar/agent

go 1.24

require (
	github.com/shirou/gopsutil/v4 v4.26.10
	go.yaml.in/yaml/v3 v3.0.6
)
