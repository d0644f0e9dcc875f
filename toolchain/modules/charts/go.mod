module meshwright.dev/toolchain/charts

go 1.26.0

// Its example/ folder holds the definitions of monitoring.coreos.com that the stand-in kube-prometheus-stack installs.
require github.com/prometheus-operator/prometheus-operator v0.85.0
